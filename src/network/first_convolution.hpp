// Weights trained on RGB pictures, made to take any number of channels.
#pragma once
#include <string>

#include "network/torch_module.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::network {

// weight: [to][from][kernel][kernel] -> [to][channels][kernel][kernel], float32: the mean over the input
// channels, repeated, times from/channels (the sum of a filter is kept, as in Carreira & Zisserman, CVPR
// 2017). Without bytes (a header) only the shape changes. Throws Error: a type that we do not read.
inline constinit ModuleFunction<store::StoredTensor(const store::StoredTensor& weight, int channels,
                                                    const std::string& where)>
    with_channels{torch_module};

}  // namespace cytoscale::network
