#include "learn/sampler.hpp"

#include <algorithm>

#include "core/random.hpp"

namespace cytoscale {
namespace {

enum Stream : std::uint64_t { stream_sample = 0x534d, stream_validation = 0x5641 };

}  // namespace

CellSampler::CellSampler(const TrainingPlan& plan, std::uint64_t seed, bool replicates_first)
    : plan_(plan), seed_(seed), replicates_first_(replicates_first), wells_(plan.labels.size()) {
  for (std::size_t i = 0; i < plan.wells.size(); ++i) {
    const auto& well = plan.wells[i];
    if (well.validation) continue;
    auto& ranges = wells_[static_cast<std::size_t>(well.label)];
    ranges.push_back({i, (ranges.empty() ? 0 : ranges.back().end) + well.cells.size()});
  }
}

CellDraw CellSampler::draw(std::int64_t step, std::int64_t place) const {
  Random random(seed_, {stream_sample, static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(place)});
  const auto label = random.below(wells_.size());
  const auto& ranges = wells_[label];
  if (replicates_first_) {
    const auto well = ranges[random.below(ranges.size())].well;
    const auto& cells = plan_.wells[well].cells;
    return {static_cast<int>(label), well, &cells[random.below(cells.size())]};
  }
  const auto number = random.below(ranges.back().end);
  const auto range = std::upper_bound(ranges.begin(), ranges.end(), number,
                                      [](std::uint64_t value, const WellRange& r) { return value < r.end; });
  const auto& cells = plan_.wells[range->well].cells;
  return {static_cast<int>(label), range->well, &cells[number - (range->end - cells.size())]};
}

std::vector<CellDraw> validation_draws(const TrainingPlan& plan, std::uint64_t seed, std::size_t limit) {
  std::vector<std::vector<CellDraw>> by_label(plan.labels.size());
  for (std::size_t i = 0; i < plan.wells.size(); ++i) {
    const auto& well = plan.wells[i];
    if (!well.validation) continue;
    for (const auto& cell : well.cells)
      by_label[static_cast<std::size_t>(well.label)].push_back({well.label, i, &cell});
  }
  std::size_t deepest = 0;
  for (std::size_t label = 0; label < by_label.size(); ++label) {
    auto& cells = by_label[label];
    Random random(seed, {stream_validation, label});
    for (std::size_t i = cells.size(); i > 1; --i) std::swap(cells[i - 1], cells[random.below(i)]);
    deepest = std::max(deepest, cells.size());
  }
  std::vector<CellDraw> draws;
  for (std::size_t turn = 0; turn < deepest; ++turn)
    for (const auto& cells : by_label)
      if (turn < cells.size() && draws.size() < limit) draws.push_back(cells[turn]);
  return draws;
}

}  // namespace cytoscale
