#include "network/torch/token_layers_torch.hpp"

#include <cmath>
#include <vector>

#include "network/spec/resampling.hpp"
#include "network/torch/layers_torch.hpp"

namespace cytoscale::network {

using torch::Tensor;

Tensor DenseUnit::operator()(const Tensor& input) const {
  if (folded_weight.defined())
    return torch::linear(input.to(folded_weight.scalar_type()), folded_weight, folded_bias);
  const auto made = torch::linear(input.to(weight.scalar_type()), weight, bias);
  return scale.defined() ? made * scale : made;
}

void DenseUnit::fold(torch::ScalarType type) {
  torch::NoGradGuard no_grad;
  if (!scale.defined() && type == weight.scalar_type()) {
    folded_weight = weight;  // a VGG's are half a gigabyte
    folded_bias = bias;
    return;
  }
  auto wide = weight.to(torch::kFloat64), shift = bias.to(torch::kFloat64);
  if (scale.defined()) {
    const auto factor = scale.to(torch::kFloat64);
    wide = wide * factor.unsqueeze(1);
    shift = shift * factor;
  }
  folded_weight = wide.to(type);
  folded_bias = shift.to(type);
}

TokenUnit::TokenUnit(Tensor class_token, Tensor registers, Tensor positions, int grid)
    : class_token_(std::move(class_token)),
      registers_(std::move(registers)),
      positions_(std::move(positions)),
      grid_(grid) {}

Tensor TokenUnit::operator()(const Tensor& maps) {
  const auto pictures = maps.size(0), width = maps.size(1);
  const auto pixels = widened(maps).flatten(2).transpose(1, 2);
  const auto of_all = [&](const Tensor& tokens) { return tokens.expand({pictures, -1, width}); };
  const auto positions = positions_on(maps.size(2), maps.size(3));
  if (!registers_.defined()) return torch::cat({of_all(class_token_), pixels}, 1) + positions;
  return torch::cat({of_all(class_token_), of_all(registers_), pixels + positions}, 1);
}

// One axis after the other.
Tensor TokenUnit::positions_on(std::int64_t height, std::int64_t width) {
  if (height == grid_ && width == grid_) return positions_;
  const auto extra = positions_.size(1) - grid_ * grid_, channels = positions_.size(2);
  const auto grid = positions_.slice(1, extra).view({grid_, grid_ * channels});
  const auto device = positions_.device();
  const auto rows = torch::matmul(matrix(height, device), grid).view({height, grid_, channels});
  const auto placed = torch::matmul(matrix(width, device), rows).reshape({1, height * width, channels});
  return extra > 0 ? torch::cat({positions_.slice(1, 0, extra), placed}, 1) : placed;
}

const Tensor& TokenUnit::matrix(std::int64_t places, const torch::Device& device) {
  const std::lock_guard lock(mutex_);
  auto& made = matrices_[{places, device.str()}];
  if (!made.defined()) {
    torch::InferenceMode no_inference(false);
    auto values = resampling_matrix(grid_, static_cast<int>(places));
    made = torch::from_blob(values.data(), {places, grid_}).clone().to(device);
  }
  return made;
}

Tensor normalize_tokens(const Tensor& tokens, const Tensor& scale, const Tensor& shift, double epsilon) {
  return torch::layer_norm(widened(tokens), {scale.size(0)}, scale, shift, epsilon);
}

// By products of matrices: LibTorch before 2.0 has no more than these.
Tensor attend(const Tensor& tokens, int heads) {
  const auto pictures = tokens.size(0), count = tokens.size(1), width = tokens.size(2) / 3,
             part = width / heads;
  const auto parts = tokens.view({pictures, count, 3, heads, part}).permute({2, 0, 3, 1, 4});
  const auto queries = parts[0] * (1 / std::sqrt(static_cast<double>(part)));
  const auto weights = torch::softmax(widened(torch::matmul(queries, parts[1].transpose(-2, -1))), -1);
  return torch::matmul(weights.to(tokens.scalar_type()), parts[2])
      .transpose(1, 2)
      .reshape({pictures, count, width});
}

}  // namespace cytoscale::network
