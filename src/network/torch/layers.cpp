#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

#include "network/torch/layers_torch.hpp"

namespace cytoscale::network {

torch::Tensor widened(const torch::Tensor& values) {
  return values.scalar_type() == torch::kBFloat16 ? values.to(torch::kFloat32) : values;
}

torch::Tensor mean_of_pixels(const torch::Tensor& output) {
  const auto wide = widened(in_rows(output));
  return wide.dim() == 4 ? wide.mean({2, 3}) : wide;
}

torch::Tensor activate(const torch::Tensor& values, Activation how) {
  auto to = values;
  switch (how) {
    case Activation::relu:
      return to.relu_();
    case Activation::silu:
      return torch::silu_(to);
    case Activation::sigmoid:
      return to.sigmoid_();
    case Activation::gelu:
      return torch::gelu(to);
    case Activation::none:
      break;
  }
  return values;
}

ConvolutionImpl::ConvolutionImpl(const ConvShape& shape) {
  weight = register_parameter(
      "weight", torch::empty({shape.to, shape.from / shape.groups, shape.kernel, shape.kernel}));
  if (shape.bias) bias = register_parameter("bias", torch::empty({shape.to}));
}

torch::Tensor ConvUnit::operator()(const torch::Tensor& input, Activation activation) {
  if (blocked && conv->is_training()) return learn_in_blocks(input, activation == Activation::relu);
  return activate(convolve(input), activation);
}

torch::Tensor ConvUnit::convolve(const torch::Tensor& input) {
  if (folded_weight.defined()) return convolve(input, folded_weight, folded_bias);
  const auto type = input.scalar_type();
  const auto output =
      convolve(input, conv->weight.to(type), conv->bias.defined() ? conv->bias.to(type) : conv->bias);
  return norm ? norm(output) : output;
}

// TensorFlow pads as much as makes ⌈size/stride⌉ pixels of it, the odd one behind.
torch::Tensor ConvUnit::convolve(const torch::Tensor& input, const torch::Tensor& weight,
                                 const torch::Tensor& bias) const {
  if (!same_padding || stride == 1) return torch::conv2d(input, weight, bias, stride, padding, 1, groups);
  const auto excess = [&](std::int64_t size) {
    return std::max<std::int64_t>(0, ((size + stride - 1) / stride - 1) * stride + weight.size(2) - size);
  };
  const auto rows = excess(input.size(2)), columns = excess(input.size(3));
  const auto padded =
      torch::constant_pad_nd(input, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2}, 0);
  const int done = 0;
  return torch::conv2d(padded, weight, bias, stride, done, 1, groups);
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
    const auto scale =
        norm->weight.to(torch::kFloat64) / torch::sqrt(norm->running_var.to(torch::kFloat64) + norm->epsilon);
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
