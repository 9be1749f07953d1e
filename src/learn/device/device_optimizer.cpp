#include "learn/device/device_optimizer_torch.hpp"

#include <torch/version.h>

#include <algorithm>
#include <cmath>

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
#define CYTOSCALE_FUSED_ADAMW
#include <ATen/ops/_fused_adamw.h>
#endif

namespace cytoscale::learn {
namespace {

constexpr double beta1 = AdamwNumbers::beta1, beta2 = AdamwNumbers::beta2, epsilon = AdamwNumbers::epsilon;

// What changes from step to step.
enum Number : std::int64_t {
  learning_rate,
  kept_momentum,
  decay,         // of a step
  step_size,     // corrected for the first mean's start at 0
  second_scale,  // the second's correction
  step_number,
  all_numbers
};

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
      tensors_(tensors),
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
  numbers_ = torch::zeros({all_numbers}, on_device);
}

void DeviceOptimizer::begin(double rate) {
  ++steps_;
  const auto buffer = lane_.buffer(numbers_.sizes(), torch::kFloat32);
  auto* number = buffer.values.data_ptr<float>();
  const auto steps = static_cast<double>(steps_);
  number[learning_rate] = static_cast<float>(rate);
  number[kept_momentum] = steps_ == 1 ? 0 : static_cast<float>(momentum_);
  number[decay] = static_cast<float>(rate * weight_decay_);
  number[step_size] = static_cast<float>(rate / (1 - std::pow(beta1, steps)));
  number[second_scale] = static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, steps)));
  number[step_number] = static_cast<float>(steps_);
  lane_.upload(buffer, numbers_);
}

void DeviceOptimizer::shorten(const torch::Tensor& gradient) const {
  if (clip_norm_ == 0) return;
  const auto norm = gradient.to(torch::kFloat64).square().sum().sqrt();
  gradient.mul_((clip_norm_ / (norm + 1e-6)).clamp_max(1).to(torch::kFloat32));
}

void DeviceOptimizer::step(const torch::Tensor& parameters, const torch::Tensor& gradient) {
  shorten(gradient);
  if (sgd_)
    sgd(parameters, gradient);
  else
    adamw(parameters, gradient);
}

void DeviceOptimizer::sgd(const torch::Tensor& parameters, const torch::Tensor& gradient) {
  gradient.addcmul_(decayed_, parameters, weight_decay_);
  first_.mul_(numbers_[kept_momentum]).add_(gradient);
  parameters.sub_(gradient.add_(first_, momentum_).mul_(numbers_[learning_rate]));
}

#ifdef CYTOSCALE_FUSED_ADAMW

// One pass over memory, of LibTorch's own, for tensors that weight decay acts on and one for the others.
void DeviceOptimizer::adamw(const torch::Tensor& parameters, const torch::Tensor& gradient) {
  for (const bool decays : {true, false}) {
    std::vector<torch::Tensor> values, gradients, first, second, steps;
    for (const auto& tensor : tensors_) {
      if ((tensor.shape.size() >= 2) != decays) continue;
      const auto part = [&](const torch::Tensor& whole) {
        return whole.narrow(0, static_cast<std::int64_t>(tensor.offset),
                            static_cast<std::int64_t>(tensor.values));
      };
      values.push_back(part(parameters));
      gradients.push_back(part(gradient));
      first.push_back(part(first_));
      second.push_back(part(second_));
      steps.push_back(numbers_[step_number]);
    }
    if (!values.empty())
      at::_fused_adamw_(values, gradients, first, second, {}, steps, numbers_[learning_rate], beta1, beta2,
                        decays ? weight_decay_ : 0, epsilon, false, false);
  }
}

#else

void DeviceOptimizer::adamw(const torch::Tensor& parameters, const torch::Tensor& gradient) {
  first_.mul_(beta1).add_(gradient, 1 - beta1);
  second_.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
  const auto divisor = second_.sqrt().mul_(numbers_[second_scale]).add_(epsilon);
  parameters.sub_(decayed_.mul(parameters).mul_(numbers_[decay]))
      .sub_(first_.div(divisor).mul_(numbers_[step_size]));
}

#endif

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
