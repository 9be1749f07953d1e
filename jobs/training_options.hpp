// The options of train, in their groups.
#pragma once
#include "jobs/options.hpp"
#include "learn/train_options.hpp"

namespace cytoscale {

void declare_training_data(OptionSet& options, TrainOptions& training);
void declare_regularisation(OptionSet& options, TrainOptions& training);
void declare_learning(OptionSet& options, TrainOptions& training);

}  // namespace cytoscale
