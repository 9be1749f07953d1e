// What can be said of a training before images are read.
#pragma once
#include <nlohmann/json.hpp>

#include "learn/data/training_plan.hpp"
#include "learn/run/train_options.hpp"

namespace cytoscale::learn {

// Options and data as checkpoints remember them (checkpoints.hpp: find_run()).
nlohmann::json training_identity(const TrainOptions& options, const TrainingPlan& plan);

// Throws Error: options, cells that do not suffice for the regularizer or the schedule. Initial weights:
// network::check_initial_weights(). Collective: no.
void check_training(const TrainingPlan& plan, const TrainOptions& options);

}  // namespace cytoscale::learn
