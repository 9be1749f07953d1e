// The tensors of a network, without LibTorch: what a file of weights must hold, and what they start from.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "network/spec/network_spec.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::network {

struct TensorInfo {
  std::string name;
  std::vector<std::int64_t> shape;
  enum class Role {
    parameter,  // learned
    statistic,  // of a normalization: running_mean, running_var
    counter,    // num_batches_tracked, a whole number
  } role;
};

// Under torchvision's names, or timm's of an EfficientNet or Vision Transformer, in the order of the forward
// pass.
std::vector<TensorInfo> tensors_of(const NetworkSpec& spec);

enum class LastLayer {
  load,
  keep,  // the network's own, of other classes than the file's
};
bool is_last_layer(const std::string& tensor);

// Of a file, all of which was read or its header alone: throws Error naming file and tensor: missing,
// unknown, of the wrong shape, not floating-point. A num_batches_tracked may be missing; a network without
// classes ignores the last layer of the file.
void check_tensors(const NetworkSpec& spec, const store::SafeTensors& file, const std::string& where,
                   LastLayer last_layer = LastLayer::load);

}  // namespace cytoscale::network
