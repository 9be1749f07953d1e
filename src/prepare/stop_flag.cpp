#include "prepare/stop_flag.hpp"

#include <fstream>

namespace cytoscale::prepare {

void StopFlag::raise() const noexcept {
  try {
    const std::ofstream file(path_);
  } catch (...) {
    return;  // the others find out at the end
  }
}

bool StopFlag::raised() const noexcept {
  std::error_code status;
  return std::filesystem::exists(path_, status);
}

void StopFlag::lower() const noexcept {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace cytoscale::prepare
