// The library that holds what needs oneDNN: the encoder on CPUs, and layers that learn there.
#pragma once
#include "core/system/module_function.hpp"

namespace cytoscale::network {

inline constexpr Module onednn_module{
    "libcytoscale_onednn.so", "Install oneDNN (tools/setup does); embed can do without: --encoder torch"};

}  // namespace cytoscale::network
