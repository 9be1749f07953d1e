// Trainings of the small screen, its fields read once.
#pragma once
#include <filesystem>
#include <string>

#include "learn/run/train.hpp"
#include "mpi/communicator.hpp"
#include "small_screen.hpp"

namespace cytoscale::learn {

struct PreparedTraining {
  SmallScreen small;
  TrainingPlan plan;
  FieldLoad load;
};

// Once for all tests. Collective: yes.
const PreparedTraining& prepared_training();

// Four shards: the most ranks a test has.
TrainOptions shared_training();

TrainResult train_in(const std::filesystem::path& folder, const TrainOptions& options);
TrainResult train_in(const std::filesystem::path& folder, const TrainOptions& options,
                     const mpi::Communicator& comm, const TrainingPlan& plan);

// What a training that is refused or stops says; every rank says it.
std::string error_of(const std::filesystem::path& folder, const TrainOptions& options);

}  // namespace cytoscale::learn
