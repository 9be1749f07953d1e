// Whether networks can compute where they are to.
#pragma once
#include "network/compute.hpp"

namespace cytoscale::network {

// Throws Error: CUDA is asked for and this LibTorch or machine has none.
void check_device(Device choice);

}  // namespace cytoscale::network
