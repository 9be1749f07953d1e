// The parts that networks are made of, with the names of torchvision's tensors. Nothing is initialized but
// normalizations.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "network/spec/compute.hpp"
#include "network/spec/forward_plan.hpp"
#include "network/torch/blocked_unit_torch.hpp"
#include "network/weights/weights.hpp"

namespace cytoscale::network {

// Shared by all normalizations of one network.
struct NormContext {
  NormMode mode = NormMode::local;
  double momentum = 0.1;  // the share of the batch in the stored statistics; 1: they are the last batch's own
  // Pictures of each shard, where several pass together and each has statistics of its own (local); the
  // stored ones then get their mean, weighted by size.
  std::vector<std::int64_t> shards;
  int ranks = 1;
  std::function<void(std::span<double>)> sum_over_ranks;  // in place; needed for sync on more than one rank
};

// Batch normalization with torchvision's five tensors. Input may be bf16, statistics are of the parameters'
// type. Collective: forward and backward, when training with NormMode::sync on more than one rank.
class BatchNormImpl : public torch::nn::Module {
 public:
  BatchNormImpl(int channels, std::shared_ptr<NormContext> context, double epsilon = norm_epsilon);
  torch::Tensor forward(const torch::Tensor& input);
  // The same of values in blocks, while it learns, with local statistics; then ReLU, where it follows.
  torch::Tensor learn_in_blocks(const torch::Tensor& input, BlockedUnit& unit, bool relu);

  torch::Tensor weight, bias, running_mean, running_var, num_batches_tracked;
  const double epsilon;

 private:
  torch::Tensor synchronized(const torch::Tensor& input);
  torch::Tensor shard_by_shard(const torch::Tensor& input);
  std::shared_ptr<NormContext> context_;
};
TORCH_MODULE(BatchNorm);

// bf16 values as float32: so they are added up.
torch::Tensor widened(const torch::Tensor& values);
// [N][C][H][W] or [N][C] -> [N][C].
torch::Tensor mean_of_pixels(const torch::Tensor& output);

// In place where gradients allow it.
torch::Tensor activate(const torch::Tensor& values, Activation how);

// A square convolution.
struct ConvShape {
  int from, to, kernel, stride;
  bool bias = false;
  int padding = -1;  // px; below 0: half the kernel
  int groups = 1;
  bool same_padding = false;      // TensorFlow's
  double epsilon = norm_epsilon;  // of its normalization
};

class ConvolutionImpl : public torch::nn::Module {
 public:
  explicit ConvolutionImpl(const ConvShape& shape);
  torch::Tensor weight;  // [to][from / groups][kernel][kernel]
  torch::Tensor bias;    // [to], or undefined
};
TORCH_MODULE(Convolution);

// A convolution and the normalization of its output, if there is one: siblings in the names, one unit in the
// pass. Folded into one convolution for inference. Computes in the input's type: float32 parameters are cast
// to bf16 for bf16 input.
struct ConvUnit {
  Convolution conv{nullptr};
  BatchNorm norm{nullptr};
  int stride = 1, padding = 0, groups = 1;
  bool same_padding = false;
  torch::Tensor folded_weight, folded_bias;
  std::unique_ptr<BlockedUnit> blocked;  // learns so, where it is there

  torch::Tensor operator()(const torch::Tensor& input, Activation activation = Activation::none);
  void fold(torch::ScalarType type);

 private:
  torch::Tensor convolve(const torch::Tensor& input);
  torch::Tensor convolve(const torch::Tensor& input, const torch::Tensor& weight,
                         const torch::Tensor& bias) const;
  torch::Tensor learn_in_blocks(const torch::Tensor& input, bool relu);
};

// Dropout (Srivastava et al., JMLR 2014): off until it is seeded, as in inference. What is left out is a
// function of the seed and of what has passed since.
class Dropout {
 public:
  void seed(std::uint64_t seed, const torch::Device& device);
  void off() { generator_.reset(); }
  torch::Tensor drop(const torch::Tensor& values, double share);

 private:
  std::optional<at::Generator> generator_;
};

// Fully connected, in float32.
class DenseImpl : public torch::nn::Module {
 public:
  DenseImpl(int from, int to);
  torch::Tensor forward(const torch::Tensor& input);  // [N][from] -> [N][to]
  torch::Tensor weight, bias;                         // [to][from], [to]
};
TORCH_MODULE(Dense);

}  // namespace cytoscale::network
