#include "learn/device/device_optimizer_torch.hpp"

#include <algorithm>
#include <cmath>

namespace cytoscale::learn {
namespace {

constexpr double beta1 = AdamwNumbers::beta1, beta2 = AdamwNumbers::beta2, epsilon = AdamwNumbers::epsilon;

void copy_to_device(network::DeviceLane& lane, std::span<const float> from, const torch::Tensor& to) {
  const auto buffer = lane.buffer(to.sizes(), torch::kFloat32);
  std::copy(from.begin(), from.end(), buffer.values.data_ptr<float>());
  lane.upload(buffer, to);
}

void copy_to_host(network::DeviceLane& lane, const torch::Tensor& from, std::span<float> to) {
  const auto copy = lane.download(from);
  std::copy_n(copy->wait().data_ptr<float>(), to.size(), to.begin());
}

}  // namespace

DeviceOptimizer::DeviceOptimizer(network::DeviceLane& lane, const TrainOptions& options,
                                 const std::vector<FlatTensor>& tensors, std::size_t values)
    : lane_(lane),
      sgd_(options.optimiser == OptimizerKind::sgd),
      momentum_(options.momentum),
      weight_decay_(options.weight_decay),
      clip_norm_(options.clip_norm) {
  const auto on_device = torch::TensorOptions(torch::kFloat32).device(lane.device());
  const auto count = static_cast<std::int64_t>(values);
  decayed_ = torch::zeros({count}, on_device);
  for (const auto& tensor : tensors)
    if (tensor.shape.size() >= 2)
      decayed_.narrow(0, static_cast<std::int64_t>(tensor.offset), static_cast<std::int64_t>(tensor.values))
          .fill_(1);
  first_ = torch::zeros({count}, on_device);
  if (!sgd_) second_ = torch::zeros({count}, on_device);
  numbers_ = torch::zeros({4}, on_device);
}

void DeviceOptimizer::begin(double rate) {
  ++steps_;
  const auto buffer = lane_.buffer({4}, torch::kFloat32);
  auto* number = buffer.values.data_ptr<float>();
  const auto steps = static_cast<double>(steps_);
  if (sgd_) {
    number[0] = static_cast<float>(rate);
    number[1] = steps_ == 1 ? 0 : static_cast<float>(momentum_);
    number[2] = number[3] = 0;
  } else {
    number[0] = static_cast<float>(rate * weight_decay_);
    number[1] = static_cast<float>(rate / (1 - std::pow(beta1, steps)));
    number[2] = static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, steps)));
    number[3] = 0;
  }
  lane_.upload(buffer, numbers_);
}

void DeviceOptimizer::shorten(const torch::Tensor& gradient) const {
  if (clip_norm_ == 0) return;
  const auto norm = gradient.to(torch::kFloat64).square().sum().sqrt();
  gradient.mul_((clip_norm_ / (norm + 1e-6)).clamp_max(1).to(torch::kFloat32));
}

void DeviceOptimizer::step(const torch::Tensor& parameters, const torch::Tensor& gradient) {
  shorten(gradient);
  if (sgd_) {
    gradient.addcmul_(decayed_, parameters, weight_decay_);
    first_.mul_(numbers_[1]).add_(gradient);
    parameters.sub_(gradient.add_(first_, momentum_).mul_(numbers_[0]));
    return;
  }
  first_.mul_(beta1).add_(gradient, 1 - beta1);
  second_.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
  const auto divisor = second_.sqrt().mul_(numbers_[2]).add_(epsilon);
  parameters.sub_(decayed_.mul(parameters).mul_(numbers_[0])).sub_(first_.div(divisor).mul_(numbers_[1]));
}

void DeviceOptimizer::load(Optimiser& host) {
  const auto state = host.state();
  steps_ = state.steps;
  copy_to_device(lane_, state.first, first_);
  if (!sgd_) copy_to_device(lane_, state.second, second_);
}

void DeviceOptimizer::store(Optimiser& host) {
  const auto state = host.state();
  state.steps = steps_;
  copy_to_host(lane_, first_, state.first);
  if (!sgd_) copy_to_host(lane_, second_, state.second);
}

}  // namespace cytoscale::learn
