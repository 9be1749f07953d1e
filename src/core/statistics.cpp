#include "core/statistics.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

#include "core/expect.hpp"

namespace cytoscale {

float quantile(std::vector<float>& values, double fraction) {
  CYTO_EXPECT(fraction >= 0 && fraction <= 1);
  if (values.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>(
      std::clamp(fraction, 0.0, 1.0) * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

double percentile(std::vector<double> values, double share) {
  CYTO_EXPECT(!values.empty() && share >= 0 && share <= 1);
  const double position = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(position));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), at, values.end());
  const double low = *at;
  if (below + 1 == values.size()) return low;
  const double high = *std::min_element(at + 1, values.end());
  return low + (position - static_cast<double>(below)) * (high - low);
}

double median_of(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*std::max_element(values.begin(), middle) + *middle);
}

}  // namespace cytoscale
