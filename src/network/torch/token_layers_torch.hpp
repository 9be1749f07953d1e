// What Vision Transformers (Dosovitskiy et al., ICLR 2021) have beside convolutions. Tokens are added up in
// float32; products are of the type that dense layers were folded to.
#pragma once
#include <torch/types.h>

#include <map>
#include <mutex>
#include <utility>

#include "network/spec/forward_plan.hpp"

namespace cytoscale::network {

// A dense layer of rows or tokens with its bias and, where it is there, its LayerScale.
struct DenseUnit {
  torch::Tensor weight, bias, scale;  // [to][from], [to], [to]
  torch::Tensor folded_weight, folded_bias;

  torch::Tensor operator()(const torch::Tensor& input) const;
  void fold(torch::ScalarType type);
};

// Maps [N][C][h][w] -> [N][1 + registers + h·w][C], float32: the class token, registers and pixels, with
// positions. Those of another grid than theirs are interpolated as timm does it. Called by several threads at
// once.
class TokenUnit {
 public:
  // [1][1][C]; [1][registers][C], or undefined; [1][grid² (+ 1 without registers)][C]
  TokenUnit(torch::Tensor class_token, torch::Tensor registers, torch::Tensor positions, int grid);
  torch::Tensor operator()(const torch::Tensor& maps);

 private:
  torch::Tensor positions_on(std::int64_t height, std::int64_t width);
  const torch::Tensor& matrix(std::int64_t places, const torch::Device& device);
  torch::Tensor class_token_, registers_, positions_;
  int grid_;
  std::mutex mutex_;
  // Made once: a copy to a device could not be recorded (network/torch/device_lane_torch.hpp).
  std::map<std::pair<std::int64_t, std::string>, torch::Tensor> matrices_;
};

torch::Tensor normalize_tokens(const torch::Tensor& tokens, const torch::Tensor& scale,
                               const torch::Tensor& shift, double epsilon);

// [N][T][3C], queries, keys and values, each of `heads` parts -> [N][T][C].
torch::Tensor attend(const torch::Tensor& tokens, int heads);

}  // namespace cytoscale::network
