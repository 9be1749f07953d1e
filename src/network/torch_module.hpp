// The library that holds what needs LibTorch: networks, their training, and the encoder.
#pragma once
#include "core/system/module_function.hpp"

namespace cytoscale::network {

inline constexpr Module torch_module{
    "libcytoscale_torch.so",
    "Install LibTorch (tools/setup does), or build the program anew beside the one that is there"};

}  // namespace cytoscale::network
