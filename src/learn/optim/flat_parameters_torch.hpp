// The parameters of a network, and of what it ends in, in one flat array.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

#include "learn/optim/optimizer.hpp"
#include "network/torch/network_torch.hpp"

namespace cytoscale::learn {

// The network's parameters, then the head's ("regularizer/…"; null: none).
std::vector<std::pair<std::string, torch::Tensor>> named_parameters_of(const network::Network& network,
                                                                       const torch::nn::Module* head);

// In the order in which backward reaches them: the last first. Buckets are neighbors that are summed
// together.
struct FlatLayout {
  std::vector<FlatTensor> tensors;         // by parameter, in the network's order
  std::vector<std::size_t> bucket_of;      // by parameter
  std::vector<std::size_t> in_bucket;      // by bucket: how many parameters
  std::vector<std::size_t> bucket_values;  // by bucket
  std::size_t values = 0;
};
FlatLayout lay_out(const std::vector<std::pair<std::string, torch::Tensor>>& named);

}  // namespace cytoscale::learn
