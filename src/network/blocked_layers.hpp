// Layers that learn on a CPU, by oneDNN, over float32 values that lie in blocks of channels:
// [pictures][channels / block][height][width][block], the block as wide as the processor's vectors. Measured
// in training (AVX-512), Winograd's convolutions of 3×3 take 0.3 to 0.5 of the time of the direct ones, and
// values that stay in blocks another tenth less. Each call computes on the thread that makes it; results do
// not depend on how many there are. An object serves one thread at a time.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "network/onednn_module.hpp"

namespace cytoscale::network {

struct ConvolutionShape {
  int pictures, from, to, kernel, stride, padding, height, width;
  bool rows;  // the input lies row by row, [pictures][from][height][width], as the crops do: it has no
              // gradient
  bool operator==(const ConvolutionShape&) const = default;
};

// Weights and their gradients: [to][from][kernel][kernel].
class BlockedConvolution {
 public:
  virtual ~BlockedConvolution() = default;
  virtual void forward(const float* input, const float* weights, float* output) = 0;
  virtual void input_gradient(const float* output_gradient, const float* weights, float* gradient) = 0;
  virtual void weight_gradient(const float* input, const float* output_gradient, float* gradient) = 0;
};

struct NormShape {
  int pictures, channels, height, width;
  bool relu;  // ReLU follows it
  bool operator==(const NormShape&) const = default;
};

// Batch normalization over all pictures. Scale, shift, mean and (biased) variance: [channels].
class BlockedNorm {
 public:
  virtual ~BlockedNorm() = default;
  virtual std::size_t mask_bytes() const = 0;  // what backward needs to know of ReLU
  virtual void forward(const float* input, const float* scale, const float* shift, float* output, float* mean,
                       float* variance, void* mask) = 0;
  virtual void backward(const float* input, const float* output_gradient, const float* scale,
                        const float* mean, const float* variance, const void* mask, float* input_gradient,
                        float* scale_gradient, float* shift_gradient) = 0;
};

// How many channels lie together on this processor; 0: it has no fast kernels.
inline constinit ModuleFunction<int()> onednn_block{onednn_module};
// The block divides all numbers of channels, but for those of an input in rows. Null where oneDNN has no fast
// kernel for the shape.
inline constinit ModuleFunction<std::unique_ptr<BlockedConvolution>(const ConvolutionShape&)>
    make_blocked_convolution{onednn_module};
inline constinit ModuleFunction<std::unique_ptr<BlockedNorm>(const NormShape&)> make_blocked_norm{
    onednn_module};

// onednn_block(), and 0 where this program was built without oneDNN.
int block_of_channels();

}  // namespace cytoscale::network
