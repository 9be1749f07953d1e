// Numbers that describe a set of numbers, one definition each. Not-a-numbers must have been taken out.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace cytoscale {

// The value below which `fraction` of the values lie (nearest rank: one of the values); 0 where there are
// none.
float quantile(std::span<const float> values, double fraction);

// Several ranks of the same values, which are neither copied nor moved: they must stay. Values not empty.
class Ranks {
 public:
  explicit Ranks(std::span<const float> values);
  float at(std::size_t rank) const;  // the lowest has rank 0
  // The quantile of the `count` lowest values (not 0).
  float quantile_of_lowest(std::size_t count, double fraction) const;
  float quantile(double fraction) const { return quantile_of_lowest(values_.size(), fraction); }

 private:
  std::span<const float> values_;
  std::vector<std::uint32_t> counts_;  // by the upper bits of the values; empty where these are few
};

// As numpy.percentile(values, 100 · share): linear between neighbors. Values not empty.
double percentile(std::vector<double> values, double share);

// NaN where there are none.
double median_of(std::vector<double> values);

// The value that most have; of several the least. Values not empty.
template <typename T>
T most_frequent(const std::vector<T>& values) {
  std::map<T, std::size_t> votes;
  for (const auto& value : values) ++votes[value];
  return std::max_element(votes.begin(), votes.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

}  // namespace cytoscale
