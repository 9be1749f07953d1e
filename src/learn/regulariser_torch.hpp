// What regularisers share, with LibTorch in sight.
#pragma once
#include <torch/torch.h>

#include <vector>

#include "learn/regulariser.hpp"
#include "network/network_torch.hpp"

namespace cytoscale {

// Of some examples: sums over them; loss_sum carries gradients.
struct Outcome {
  torch::Tensor loss_sum, correct_sum;
};

// Cross-entropy of each example against a label, [n], with label smoothing; and whether the label won, [n].
torch::Tensor cross_entropy_of(const torch::Tensor& logits, const torch::Tensor& labels, double smoothing);
torch::Tensor won_by(const torch::Tensor& logits, const torch::Tensor& labels);
// [n], on a device.
torch::Tensor label_tensor(const std::vector<std::int64_t>& labels, const torch::Device& device);

}  // namespace cytoscale
