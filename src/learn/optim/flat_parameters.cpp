#include "learn/optim/flat_parameters_torch.hpp"

namespace cytoscale::learn {
namespace {

constexpr std::size_t bucket_limit = 1u << 20;  // values; larger tensors have a bucket to themselves

}  // namespace

std::vector<std::pair<std::string, torch::Tensor>> named_parameters_of(const network::Network& network,
                                                                       const torch::nn::Module* head) {
  std::vector<std::pair<std::string, torch::Tensor>> named;
  for (const auto& entry : network.named_parameters()) named.emplace_back(entry.key(), entry.value());
  if (head)
    for (const auto& entry : head->named_parameters())
      named.emplace_back("regularizer/" + entry.key(), entry.value());
  return named;
}

FlatLayout lay_out(const std::vector<std::pair<std::string, torch::Tensor>>& named) {
  FlatLayout layout;
  layout.tensors.resize(named.size());
  layout.bucket_of.resize(named.size());
  for (std::size_t i = named.size(); i-- > 0;) {
    const auto& [name, tensor] = named[i];
    const auto values = static_cast<std::size_t>(tensor.numel());
    layout.tensors[i] = {name, tensor.sizes().vec(), layout.values, values};
    if (layout.bucket_values.empty() || layout.bucket_values.back() + values > bucket_limit) {
      layout.bucket_values.push_back(0);
      layout.in_bucket.push_back(0);
    }
    layout.bucket_of[i] = layout.bucket_values.size() - 1;
    layout.bucket_values.back() += values;
    ++layout.in_bucket.back();
    layout.values += values;
  }
  return layout;
}

}  // namespace cytoscale::learn
