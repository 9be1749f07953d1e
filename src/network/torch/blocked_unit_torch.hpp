// A convolution and its normalization as they learn on a CPU: by oneDNN (network/blocked_layers.hpp), within
// LibTorch's autograd. Values are tensors [N][C / block][H][W][block]; of sums and ReLU nothing need know.
#pragma once
#include <torch/types.h>

#include <memory>
#include <utility>
#include <vector>

#include "network/blocked_layers.hpp"

namespace cytoscale::network {

inline bool in_blocks(const torch::Tensor& values) {
  return values.dim() == 5;
}

// [N][C][H][W], of values in blocks or in rows.
torch::Tensor in_rows(const torch::Tensor& values);

// Of values in rows, whose channels the block divides.
torch::Tensor in_blocks_of(const torch::Tensor& rows);

torch::Tensor max_pool(const torch::Tensor& values, int kernel, int stride, int padding);

struct NormOutcome {
  torch::Tensor output, mean, variance;  // variance: biased
};

// Of one thread. Keeps what it has planned for each number and size of pictures.
class BlockedUnit {
 public:
  // input: in blocks, or the crops in rows. weight: [to][from][k][k]
  torch::Tensor convolve(const torch::Tensor& input, const torch::Tensor& weight, int stride, int padding);
  NormOutcome normalize(const torch::Tensor& input, const torch::Tensor& scale, const torch::Tensor& shift,
                        bool relu);

 private:
  template <class Shape, class Layer>
  using Planned = std::vector<std::pair<Shape, std::shared_ptr<Layer>>>;
  Planned<ConvolutionShape, BlockedConvolution> convolutions_;
  Planned<NormShape, BlockedNorm> norms_;
};

}  // namespace cytoscale::network
