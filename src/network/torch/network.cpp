#include <algorithm>

#include <torch/autograd.h>

#include "core/error.hpp"
#include "network/spec/architectures.hpp"
#include "network/torch/architectures_torch.hpp"
#include "network/torch/pooling_torch.hpp"

namespace cytoscale::network {

torch::Tensor Network::classify(const torch::Tensor& crops) {
  TORCH_CHECK(classifier_, "this network has no classification layer");
  if (maps_) return forward_with_evidence(crops).logits;
  torch::Tensor x = crops;
  for (const auto& step : steps_) x = step.forward(x);
  return classifier_(widened(x));
}

Evidence Network::forward_with_evidence(const torch::Tensor& fields) {
  TORCH_CHECK(maps_, "this network has no class maps");
  torch::Tensor x = fields;
  for (const auto& step : steps_) x = step.forward(x);
  return evidence_of(maps_(x));
}

Evidence Network::evidence_of(const torch::Tensor& maps) {
  Evidence evidence;
  evidence.maps = widened(maps);
  evidence.pooled = pool_(evidence.maps);
  evidence.bags =
      pools_probabilities(spec_.architecture) ? probabilities_of_odds(evidence.pooled) : evidence.pooled;
  evidence.logits = classifier_(evidence.bags);
  return evidence;
}

torch::Tensor Network::backpropagate_evidence(const torch::Tensor& fields,
                                              const std::function<torch::Tensor(const Evidence&)>& signal,
                                              bool rectified) {
  TORCH_CHECK(maps_, "this network has no class maps");
  std::vector<std::function<torch::Tensor(const torch::Tensor&)>> layers;
  for (const auto& step : steps_) layers.push_back(step.forward);
  layers.push_back(maps_);
  std::vector<torch::Tensor> inputs, outputs;
  torch::AutoGradMode with_gradients(true);
  for (const auto& layer : layers) {
    inputs.push_back((outputs.empty() ? fields : outputs.back()).detach().requires_grad_());
    outputs.push_back(layer(inputs.back()));
  }
  auto evidence = evidence_of(outputs.back().detach().requires_grad_());
  auto back = signal(evidence).to(outputs.back().scalar_type());
  for (std::size_t i = layers.size(); i-- > 0;) {
    back = torch::autograd::grad({outputs[i]}, {inputs[i]}, {back})[0];
    if (rectified) back.relu_();
  }
  return widened(back);
}

std::vector<torch::Tensor> Network::features(const torch::Tensor& crops,
                                             const std::vector<std::string>& layers) {
  std::vector<torch::Tensor> outputs(layers.size());
  std::size_t missing = layers.size();
  torch::Tensor x = crops;
  for (const auto& step : steps_) {
    if (missing == 0) break;
    x = step.forward(x);
    for (std::size_t i = 0; i < layers.size(); ++i)
      if (layers[i] == step.layer) outputs[i] = mean_of_pixels(x), --missing;
  }
  TORCH_CHECK(missing == 0, "a layer that this network does not have");
  return outputs;
}

void Network::learn_in_blocks() {
  using Kind = Architecture::Kind;
  const auto kind = architecture_of(spec_.architecture).kind;
  const int block = kind == Kind::resnet || kind == Kind::vgg ? block_of_channels() : 0;
  const auto fits = [&](const auto& unit) { return block > 0 && unit->conv->weight.size(0) % block == 0; };
  if (!std::all_of(units_.begin(), units_.end(), fits)) return;
  for (auto& unit : units_) unit->blocked = std::make_unique<BlockedUnit>();
}

void Network::fold_norms(torch::ScalarType type) {
  for (auto& unit : units_) unit->fold(type);
}

ConvUnit* Network::add_unit(torch::nn::Module& owner, const std::string& conv_name,
                            const std::string& norm_name, const ConvShape& shape) {
  auto unit = std::make_unique<ConvUnit>();
  unit->stride = shape.stride;
  unit->padding = shape.padding < 0 ? shape.kernel / 2 : shape.padding;
  unit->groups = shape.groups;
  unit->same_padding = shape.same_padding;
  unit->conv = owner.register_module(conv_name, Convolution(shape));
  if (!norm_name.empty())
    unit->norm = owner.register_module(norm_name, BatchNorm(shape.to, context_, shape.epsilon));
  units_.push_back(std::move(unit));
  return units_.back().get();
}

std::vector<torch::Tensor> Network::statistics() const {
  std::vector<torch::Tensor> statistics;
  for (auto& buffer : buffers())
    if (buffer.is_floating_point()) statistics.push_back(buffer);
  return statistics;
}

std::vector<std::pair<std::string, torch::Tensor>> Network::named_tensors() const {
  std::vector<std::pair<std::string, torch::Tensor>> all;
  for (const auto& entry : named_parameters()) all.emplace_back(entry.key(), entry.value());
  for (const auto& entry : named_buffers()) all.emplace_back(entry.key(), entry.value());
  return all;
}

std::shared_ptr<Network> make_network(const NetworkSpec& spec) {
  spec.validate();
  return is_field_network(spec.architecture) ? make_field_network(spec) : make_planned_network(spec);
}

}  // namespace cytoscale::network
