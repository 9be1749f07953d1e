#include <ATen/CPUGeneratorImpl.h>

#include "network/torch/layers_torch.hpp"

namespace cytoscale::network {

ConvolutionImpl::ConvolutionImpl(const ConvShape& shape) {
  weight = register_parameter("weight", torch::empty({shape.to, shape.from, shape.kernel, shape.kernel}));
  if (shape.bias) bias = register_parameter("bias", torch::empty({shape.to}));
}

torch::Tensor ConvUnit::operator()(const torch::Tensor& input, bool relu) {
  if (blocked && conv->is_training()) return learn_in_blocks(input, relu);
  const auto output = convolve(input);
  return relu ? output.relu_() : output;
}

torch::Tensor ConvUnit::convolve(const torch::Tensor& input) {
  if (folded_weight.defined()) return torch::conv2d(input, folded_weight, folded_bias, stride, padding);
  const auto type = input.scalar_type();
  const auto bias = conv->bias.defined() ? conv->bias.to(type) : conv->bias;
  const auto output = torch::conv2d(input, conv->weight.to(type), bias, stride, padding);
  return norm ? norm(output) : output;
}

torch::Tensor ConvUnit::learn_in_blocks(const torch::Tensor& input, bool relu) {
  auto output = blocked->convolve(input, conv->weight, stride, padding);
  if (conv->bias.defined()) output = output + conv->bias.view({1, output.size(1), 1, 1, output.size(4)});
  if (norm) return norm->learn_in_blocks(output, *blocked, relu);
  return relu ? output.relu_() : output;
}

void ConvUnit::fold(torch::ScalarType type) {
  torch::NoGradGuard no_grad;
  auto weight = conv->weight.to(torch::kFloat64);
  auto bias = conv->bias.defined() ? conv->bias.to(torch::kFloat64)
                                   : torch::zeros({weight.size(0)}, weight.options());
  if (norm) {
    const auto scale = norm->weight.to(torch::kFloat64) /
                       torch::sqrt(norm->running_var.to(torch::kFloat64) + BatchNormImpl::epsilon);
    weight = weight * scale.view({-1, 1, 1, 1});
    bias = norm->bias.to(torch::kFloat64) + (bias - norm->running_mean.to(torch::kFloat64)) * scale;
  }
  folded_weight = weight.to(type).contiguous(torch::MemoryFormat::ChannelsLast);
  folded_bias = bias.to(type);
}

void Dropout::seed(std::uint64_t seed, const torch::Device& device) {
  generator_ =
      device.is_cpu() ? at::detail::createCPUGenerator(seed) : at::globalContext().defaultGenerator(device);
  generator_->set_current_seed(seed);
}

torch::Tensor Dropout::drop(const torch::Tensor& values, double share) {
  if (!generator_ || share <= 0) return values;
  torch::NoGradGuard no_grad;
  auto kept = torch::empty_like(values).bernoulli_(1 - share, *generator_).div_(1 - share);
  torch::AutoGradMode grad(true);
  return values * kept;
}

DenseImpl::DenseImpl(int from, int to) {
  weight = register_parameter("weight", torch::empty({to, from}));
  bias = register_parameter("bias", torch::empty({to}));
}

torch::Tensor DenseImpl::forward(const torch::Tensor& input) {
  return torch::linear(input.scalar_type() == torch::kBFloat16 ? input.to(torch::kFloat32) : input, weight,
                       bias);
}

}  // namespace cytoscale::network
