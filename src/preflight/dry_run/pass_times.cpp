#include "preflight/dry_run/pass_times.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace cytoscale::preflight {

PassTimes pass_times(const screen::ShardPlan& plan, const screen::FieldGroups& groups,
                     const std::function<double(std::size_t field)>& seconds) {
  const auto of_group = [&](std::size_t group) {
    const auto fields = groups[group];
    double sum = 0;
    for (std::size_t i = 0; i < fields.count; ++i) sum += seconds(fields.first + i);
    return sum;
  };
  std::vector<double> ends;
  for (const auto& own : plan.own) {
    ends.push_back(0);
    for (const auto& range : own)
      for (auto group = range.first; group < range.last; ++group) ends.back() += of_group(group);
  }
  std::make_heap(ends.begin(), ends.end(), std::greater<>());
  PassTimes times;
  for (const auto& range : plan.tail)
    for (auto group = range.first; group < range.last; ++group, ++times.tail_groups) {
      std::pop_heap(ends.begin(), ends.end(), std::greater<>());
      ends.back() += of_group(group);
      std::push_heap(ends.begin(), ends.end(), std::greater<>());
    }
  const auto [least, most] = std::minmax_element(ends.begin(), ends.end());
  times.least_s = *least, times.most_s = *most;
  times.mean_s = std::accumulate(ends.begin(), ends.end(), 0.0) / static_cast<double>(ends.size());
  return times;
}

}  // namespace cytoscale::preflight
