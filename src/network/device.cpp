#include "network/device.hpp"

#include <filesystem>

#include "core/error.hpp"

namespace cytoscale::network {

bool has_cuda() {
  std::error_code unknown;
  for (const auto* driver : {"/dev/nvidiactl", "/dev/dxg"})
    if (std::filesystem::exists(driver, unknown)) return torch_has_cuda();
  return false;
}

bool computes_on_gpu(Device device) {
  return device == Device::cuda || (device == Device::automatic && has_cuda());
}

Precision resolve_precision(Precision asked, Device device) {
  if (asked != Precision::automatic && asked != Precision::tf32) return asked;
  const bool gpu = computes_on_gpu(device);
  if (asked == Precision::tf32) {
    if (gpu) return asked;
    throw Error("processors have no tf32", "option --precision",
                "Choose fp32, bf16 or auto; or --device cuda");
  }
  const bool fast = gpu || __builtin_cpu_supports("amx-bf16") || __builtin_cpu_supports("avx512bf16");
  return fast ? Precision::bf16 : Precision::fp32;
}

}  // namespace cytoscale::network
