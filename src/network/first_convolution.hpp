// Weights trained on RGB pictures, made to take any number of channels.
#pragma once
#include <string>

#include "store/safetensors.hpp"

namespace cytoscale::network {

// weight: [to][from][kernel][kernel] -> [to][channels][kernel][kernel], float32: the mean over the input
// channels, repeated, times from/channels (the sum of a filter is kept, as in Carreira & Zisserman, CVPR
// 2017). Without bytes (a header) only the shape changes. Throws Error: a type that we do not read.
store::StoredTensor with_channels(const store::StoredTensor& weight, int channels, const std::string& where);

}  // namespace cytoscale::network
