// Whether networks can compute where they are to.
#pragma once
#include "network/compute.hpp"
#include "network/torch_module.hpp"

namespace cytoscale::network {

// Throws Error: this LibTorch or machine has no CUDA.
inline constinit ModuleFunction<void()> check_cuda{torch_module};

// Throws Error: CUDA is asked for and this LibTorch or machine has none.
inline void check_device(Device choice) {
  if (choice == Device::cuda) check_cuda();
}

}  // namespace cytoscale::network
