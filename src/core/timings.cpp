#include "core/timings.hpp"

#include <utility>

namespace cytoscale {

void Timings::add(const std::string& what, double seconds) {
  const std::lock_guard lock(mutex_);
  seconds_[what] += seconds;
}

std::map<std::string, double> Timings::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(seconds_, {});
}

TimeSpent::~TimeSpent() {
  if (timings_) timings_->add(what_, clock_.now_s() - start_s_);
}

}  // namespace cytoscale
