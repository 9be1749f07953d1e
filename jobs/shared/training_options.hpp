// The options of train, in their groups.
#pragma once
#include "cli/options.hpp"
#include "learn/run/train_options.hpp"

namespace cytoscale::jobs {

void declare_training_data(cli::OptionSet& options, learn::TrainOptions& training);
void declare_regularization(cli::OptionSet& options, learn::TrainOptions& training);
void declare_learning(cli::OptionSet& options, learn::TrainOptions& training);

}  // namespace cytoscale::jobs
