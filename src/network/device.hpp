// Whether networks can compute where they are to.
#pragma once
#include "network/spec/compute.hpp"
#include "network/torch_module.hpp"

namespace cytoscale::network {

// Throws Error: this LibTorch or machine has no CUDA.
inline constinit ModuleFunction<void()> check_cuda{torch_module};
inline constinit ModuleFunction<bool()> torch_has_cuda{torch_module};

// Whether a GPU can be used. LibTorch is asked only where the machine has a driver of one.
bool has_cuda();

// Whether networks that are to compute there do so on a GPU.
bool computes_on_gpu(Device device);

// What `automatic` means on this machine, with that device. Throws Error: tf32 without a GPU.
Precision resolve_precision(Precision asked, Device device);

// Throws Error: CUDA is asked for and this LibTorch or machine has none.
inline void check_device(Device choice) {
  if (choice == Device::cuda) check_cuda();
}

}  // namespace cytoscale::network
