// Numbers that describe a set of numbers, one definition each. Not-a-numbers must have been taken out.
#pragma once
#include <algorithm>
#include <map>
#include <vector>

namespace cytoscale {

// The value below which `fraction` of the values lie (nearest rank: one of the values). Values may be
// reordered; 0 where there are none.
float quantile(std::vector<float>& values, double fraction);

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
