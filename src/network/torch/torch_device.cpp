#include "network/device.hpp"

#include <torch/cuda.h>

#include "core/error.hpp"
#include "network/torch/network_torch.hpp"

namespace cytoscale::network {

torch::ScalarType computing_type(Precision precision) {
  return precision == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32;
}

void set_computing(Precision precision, bool reproducible) {
  auto& context = at::globalContext();
  context.setAllowTF32CuDNN(precision == Precision::tf32);
  context.setAllowTF32CuBLAS(precision == Precision::tf32);
  context.setDeterministicCuDNN(true);
  if (reproducible) context.setDeterministicAlgorithms(true, true);
}

torch::Device choose_device(Device choice, int local_rank) {
  if (choice == Device::cpu) return torch::kCPU;
  const auto devices = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  if (devices > 0) return {torch::kCUDA, static_cast<torch::DeviceIndex>(local_rank % devices)};
  if (choice == Device::cuda)
    throw Error(
        "no CUDA device can be used: this LibTorch was built without CUDA, or the machine shows no GPU",
        "device", "Build with the preset cuda on a machine with a GPU, or choose cpu");
  return torch::kCPU;
}

namespace {
const bool defined = check_cuda.define([] { choose_device(Device::cuda, 0); }) &&
                     torch_has_cuda.define([] { return choose_device(Device::automatic, 0).is_cuda(); });
}

}  // namespace cytoscale::network
