// What regularizers share, with LibTorch in sight.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include "learn/augment/regularizer.hpp"
#include "network/torch/network_torch.hpp"

namespace cytoscale::learn {

// What a network gets at a time, on its device.
struct ExampleTensors {
  torch::Tensor crops, targets;  // [count · crops_per_example][C][h][w], [count][labels]
  std::size_t crops_per_example = 1;
};

// Of some examples: sums over them; loss_sum carries gradients.
struct Outcome {
  torch::Tensor loss_sum, correct_sum;
};

}  // namespace cytoscale::learn
