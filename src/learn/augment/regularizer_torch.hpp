// What regularizers share, with LibTorch in sight.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include "learn/augment/regularizer.hpp"
#include "network/torch/network_torch.hpp"

namespace cytoscale::learn {

// Of some examples: sums over them; loss_sum carries gradients.
struct Outcome {
  torch::Tensor loss_sum, correct_sum;
};

}  // namespace cytoscale::learn
