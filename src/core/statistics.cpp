#include "core/statistics.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/expect.hpp"

namespace cytoscale {
namespace {

// The order of numbers is that of these keys.
std::uint32_t key_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

// Of many values only those that share the wanted one's upper 16 bits are sorted out.
float nth_of_many(const std::vector<float>& values, std::size_t rank) {
  std::vector<std::uint32_t> counts(1u << 16);
  for (const float value : values) ++counts[key_of(value) >> 16];
  std::uint32_t upper = 0;
  while (rank >= counts[upper]) rank -= counts[upper++];
  std::vector<float> near;
  near.reserve(counts[upper]);
  for (const float value : values)
    if (key_of(value) >> 16 == upper) near.push_back(value);
  const auto at = near.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(near.begin(), at, near.end());
  return *at;
}

}  // namespace

float quantile(std::vector<float>& values, double fraction) {
  CYTO_EXPECT(fraction >= 0 && fraction <= 1);
  if (values.empty()) return 0;
  constexpr std::size_t many = 1u << 15;
  const auto rank = static_cast<std::ptrdiff_t>(
      std::clamp(fraction, 0.0, 1.0) * static_cast<double>(values.size() - 1) + 0.5);
  if (values.size() > many) return nth_of_many(values, static_cast<std::size_t>(rank));
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
