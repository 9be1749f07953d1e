// Weakly supervised training (Caicedo et al. 2018 §4): a network learns to tell treatments apart, cell by
// cell; data parallel over ranks and threads. Each step's batch is a function of the seed and the step; it is
// cut into shards, which ranks share out, and gradients are summed while backward runs. With normalization
// over shards or frozen, the losses and the weights have the same bits for any number of ranks and threads;
// synchronized normalization agrees up to rounding.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "core/log.hpp"
#include "core/system/clock.hpp"
#include "core/timings.hpp"
#include "learn/data/cell_images.hpp"
#include "learn/data/training_plan.hpp"
#include "learn/run/check_training.hpp"
#include "learn/run/train_options.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale::learn {

struct TrainRun {
  std::filesystem::path folder;  // gets model.safetensors, checkpoints, train_log.csv, training_wells.csv
  nlohmann::json provenance = nlohmann::json::object();
  nlohmann::json
      identity;  // training_identity() of the plan before unreadable fields were taken out; null: of the plan
  Log& log;
  const Clock& clock;
  Timings* timings = nullptr;
};

struct TrainResult {
  std::int64_t steps = 0;
  bool stopped_early = false;
  double loss = 0, accuracy = 0;  // of the steps since the log's last row but one
  std::optional<double> validation_loss, validation_accuracy;
  double cells_per_s = 0, seconds = 0;  // of this part of the run
  std::vector<double> losses;           // of each step of this part
};

// Continues from the folder's last checkpoint where there is one of the same identity, as if it
// had never stopped: bit for bit, on any number of ranks and threads, wherever those do not matter. The loss
// not a number: Error naming the step; the last good checkpoint stays. Throws the same Error on all ranks.
// Collective: yes.
TrainResult train(const mpi::Communicator& comm, const TrainingPlan& plan, const CellImages& images,
                  const TrainOptions& options, TrainRun& run);

}  // namespace cytoscale::learn
