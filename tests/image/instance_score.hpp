// Counting instances against truth: a pair of objects matches where intersection over union exceeds a cut. At
// cuts of 0.5 and more a truth object has at most one match.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace cytoscale::image {

struct InstanceCounts {
  std::int64_t matched = 0, found = 0, truth = 0;
  InstanceCounts& operator+=(const InstanceCounts& other) {
    matched += other.matched;
    found += other.found;
    truth += other.truth;
    return *this;
  }
  double f1() const { return found + truth ? 2.0 * double(matched) / double(found + truth) : 1.0; }
  // Matches over matches, misses and extras: the Data Science Bowl's precision at one cut.
  double precision() const {
    const auto all = found + truth - matched;
    return all ? double(matched) / double(all) : 1.0;
  }
};

// Labels 1 … largest of each image are its objects.
template <class TruthLabel, class FoundLabel>
InstanceCounts count_instances(std::span<const TruthLabel> truth, std::span<const FoundLabel> found,
                               double cut) {
  std::vector<std::int64_t> truth_area, found_area;
  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> shared;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const auto t = static_cast<std::size_t>(truth[i]), f = static_cast<std::size_t>(found[i]);
    if (t >= truth_area.size()) truth_area.resize(t + 1);
    if (f >= found_area.size()) found_area.resize(f + 1);
    ++truth_area[t];
    ++found_area[f];
    if (t && f) ++shared[{t, f}];
  }
  InstanceCounts counts;
  counts.truth = truth_area.empty() ? 0 : std::int64_t(truth_area.size()) - 1;
  counts.found = found_area.empty() ? 0 : std::int64_t(found_area.size()) - 1;
  for (const auto& [pair, n] : shared) {
    const auto together = truth_area[pair.first] + found_area[pair.second] - n;
    counts.matched += double(n) > cut * double(together);
  }
  return counts;
}

}  // namespace cytoscale::image
