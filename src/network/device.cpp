#include "network/device.hpp"

#include <filesystem>

namespace cytoscale::network {

bool has_cuda() {
  std::error_code unknown;
  for (const auto* driver : {"/dev/nvidiactl", "/dev/dxg"})
    if (std::filesystem::exists(driver, unknown)) return torch_has_cuda();
  return false;
}

}  // namespace cytoscale::network
