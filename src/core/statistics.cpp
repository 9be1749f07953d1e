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

constexpr std::size_t many = 1u << 15;  // values: below, sorting them out costs less than counting

}  // namespace

float quantile(std::span<const float> values, double fraction) {
  return values.empty() ? 0 : Ranks(values).quantile(fraction);
}

Ranks::Ranks(std::span<const float> values) : values_(values) {
  CYTO_EXPECT(!values.empty());
  if (values.size() <= many) return;
  counts_.resize(1u << 16);
  for (const float value : values) ++counts_[key_of(value) >> 16];
}

// Of many values only those that share the wanted one's upper 16 bits are sorted out.
float Ranks::at(std::size_t rank) const {
  CYTO_EXPECT(rank < values_.size());
  std::vector<float> near;
  if (counts_.empty()) {
    near.assign(values_.begin(), values_.end());
  } else {
    std::uint32_t upper = 0;
    while (rank >= counts_[upper]) rank -= counts_[upper++];
    near.reserve(counts_[upper]);
    for (const float value : values_)
      if (key_of(value) >> 16 == upper) near.push_back(value);
  }
  const auto found = near.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(near.begin(), found, near.end());
  return *found;
}

float Ranks::quantile_of_lowest(std::size_t count, double fraction) const {
  CYTO_EXPECT(count > 0 && count <= values_.size() && fraction >= 0 && fraction <= 1);
  return at(static_cast<std::size_t>(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count - 1) + 0.5));
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
