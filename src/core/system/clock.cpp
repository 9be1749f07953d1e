#include "core/system/clock.hpp"

#include <chrono>

namespace cytoscale {

double SteadyClock::now_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace cytoscale
