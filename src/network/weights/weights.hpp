// What a network starts from, and what inference takes of its weights, without LibTorch.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "network/spec/forward_plan.hpp"
#include "network/spec/tensor_list.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::network {

// Initial values from the seed, as torchvision chooses them: convolutions normal with variance 2/fan_out;
// scales 1, shifts and biases 0; the last layer of a ResNet uniform in ±1/√fan_in, the dense layers of a
// VGG normal with standard deviation 0.01. Of a network over fields: convolutions normal with variance
// 2/(fan_in + fan_out), class maps and what follows them uniform in ±1/√fan_in, thresholds 1/2. Of a Vision
// Transformer, as timm: dense layers and positions normal with standard deviation 0.02, tokens with 1e-6,
// patches and the last layer uniform in ±1/√fan_in, LayerScale 1e-5. A tensor's random numbers are its
// name's own.
std::vector<float> initial_values(const NetworkSpec& spec, const TensorInfo& tensor,
                                  const std::vector<TensorInfo>& all, std::uint64_t seed);

// The numbers of a floating-point tensor, row by row. Throws Error as store::floats_of(), and: one that is
// not finite, a variance below 0.
std::vector<float> read_values(const store::SafeTensors& file, const std::string& name,
                               const std::string& where);

// weight: [to][from][kernel][kernel] -> [to][channels][kernel][kernel], float32: the mean over the input
// channels, repeated, times from/channels (the sum of a filter is kept, as in Carreira & Zisserman, CVPR
// 2017). Without bytes (a header) only the shape changes. Throws Error: a type that we do not read.
store::StoredTensor with_channels(const store::StoredTensor& weight, int channels, const std::string& where);

// A convolution with its normalization merged into it, in double precision, for inference.
struct FoldedConvolution {
  std::vector<float> weight;  // [to][from][kernel][kernel]
  std::vector<float> bias;    // [to]
};
// Of a file that check_tensors() has passed. Throws Error as read_values().
FoldedConvolution fold_convolution(const Operation& convolution, const store::SafeTensors& file,
                                   const std::string& where);
}  // namespace cytoscale::network
