#include "learn/data/sampler.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/expect.hpp"
#include "core/shuffle.hpp"

namespace cytoscale::learn {
namespace {

enum Stream : std::uint64_t {
  stream_sample = 0x534d,
  stream_validation = 0x5641,
  stream_partner = 0x5041,
  stream_group = 0x4752
};

constexpr int vain_draws = 64;

}  // namespace

CellSampler::CellSampler(const TrainingPlan& plan, std::uint64_t seed, bool replicates_first)
    : plan_(plan), seed_(seed), replicates_first_(replicates_first), wells_(plan.labels.size()) {
  std::vector<std::map<int, std::vector<WellId>>> batches(plan.labels.size());
  for (WellId i; i < plan.wells.size(); ++i) {
    const auto& well = plan.wells[i];
    if (well.validation) continue;
    for (const auto label : well.labels) {
      auto& ranges = wells_[label];
      ranges.push_back({i, (ranges.empty() ? 0 : ranges.back().end) + well.cells.size()});
      batches[label][well.batch].push_back(i);
    }
  }
  for (auto& mine : batches) {
    auto& lists = batches_.emplace_back();
    for (auto& [batch, wells] : mine) lists.push_back(std::move(wells));
  }
}

CellDraw CellSampler::draw(std::int64_t step, std::int64_t place) const {
  Random random(seed_, {stream_sample, static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(place)});
  return draw_from(random);
}

CellDraw CellSampler::draw_from(Random& random) const {
  const LabelId label(random.below(wells_.size()));
  const auto& ranges = wells_[label];
  if (replicates_first_) {
    const auto well = ranges[random.below(ranges.size())].well;
    const auto& cells = plan_.wells[well].cells;
    return {label, well, &cells[random.below(cells.size())]};
  }
  const auto number = random.below(ranges.back().end);
  const auto range = std::upper_bound(ranges.begin(), ranges.end(), number,
                                      [](std::uint64_t value, const WellRange& r) { return value < r.end; });
  const auto& cells = plan_.wells[range->well].cells;
  return {label, range->well, &cells[number - (range->end - cells.size())]};
}

bool CellSampler::may_partner(WellId well, WellId first, MixupPartner from) const {
  if (plan_.wells[well].validation) return false;
  return from == MixupPartner::batch ? plan_.wells[well].batch != plan_.wells[first].batch : well != first;
}

// By trial; where nearly all cells are out of the question, evenly over the wells that are left.
CellDraw CellSampler::draw_partner(std::int64_t step, std::int64_t place, const CellDraw& first,
                                   MixupPartner from) const {
  Random random(seed_, {stream_partner, static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(place)});
  for (int i = 0; i < vain_draws; ++i) {
    const auto draw = draw_from(random);
    if (may_partner(draw.well, first.well, from)) return draw;
  }
  std::vector<WellId> wells;
  for (WellId i; i < plan_.wells.size(); ++i)
    if (may_partner(i, first.well, from)) wells.push_back(i);
  const auto well = wells.at(random.below(wells.size()));
  const auto& cells = plan_.wells[well].cells;
  return {plan_.wells[well].labels.front(), well, &cells[random.below(cells.size())]};
}

std::vector<CellDraw> CellSampler::draw_group(std::int64_t step, std::int64_t place,
                                              std::size_t cells) const {
  Random random(seed_, {stream_group, static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(place)});
  const LabelId label(random.below(wells_.size()));
  auto batches = batches_[label];
  shuffle(batches, random);
  for (auto& wells : batches) shuffle(wells, random);
  std::vector<CellDraw> group;
  std::set<const TrainingCell*> taken;
  for (std::size_t turn = 0; group.size() < cells; ++turn) {  // each turn asks every batch's next well
    for (const auto& wells : batches) {
      if (group.size() == cells) break;
      const auto well = wells[turn % wells.size()];
      const auto& there = plan_.wells[well].cells;
      const auto start = random.below(there.size());
      if (taken.size() == wells_[label].back().end) taken.clear();  // all of them: now again
      for (std::size_t i = 0; i < there.size(); ++i) {
        const auto* cell = &there[(start + i) % there.size()];
        if (!taken.insert(cell).second) continue;
        group.push_back({label, well, cell});
        break;
      }
    }
  }
  shuffle(group, random);
  return group;
}

void CellSampler::add_target(const CellDraw& draw, float share, std::span<float> target) const {
  for (const auto label : plan_.wells[draw.well].labels) {
    CYTO_EXPECT(label < target.size());
    target[label] += share;
  }
}

void CellSampler::check_partners(MixupPartner from) const {
  std::set<WellId> wells;
  std::set<int> batches;
  for (WellId i; i < plan_.wells.size(); ++i)
    if (!plan_.wells[i].validation) wells.insert(i), batches.insert(plan_.wells[i].batch);
  if (from == MixupPartner::batch && batches.size() < 2)
    throw Error(
        plan_.batches == std::vector<std::string>{""}
            ? "mixup takes partners from other batches, and the batches are not known"
            : "mixup takes partners from other batches, and all training wells are of one",
        "option --mixup-partner",
        "Take partners from other wells (--mixup-partner replicate), or name the batches with --batch or "
        "--batch-from-plate");
  if (wells.size() < 2)
    throw Error("mixup takes partners from other wells, and there is one training well only",
                "option --mixup-partner", "Train on more wells, or without mixup");
}

void CellSampler::check_groups(std::size_t cells, const std::string& what, const std::string& where) const {
  for (std::size_t label = 0; label < wells_.size(); ++label) {
    const auto& ranges = wells_[label];
    const auto name = "treatment '" + plan_.labels[label] + "'";
    if (ranges.size() < 2)
      throw Error("groups are drawn from several replicates, and " + name + " has one training well only",
                  where,
                  "Leave it out (--test-treatments, --train-select), or train without "
                  "groups");
    if (ranges.back().end < cells)
      throw Error("groups of " + std::to_string(cells) + " " + what + " are asked for, and " + name +
                      " has " + std::to_string(ranges.back().end) + " " + what + " to train on",
                  where, "Take smaller groups, or leave the treatment out");
  }
}

std::vector<CellDraw> validation_draws(const TrainingPlan& plan, std::uint64_t seed, std::size_t limit) {
  std::vector<std::vector<CellDraw>> by_label(plan.labels.size());
  for (WellId i; i < plan.wells.size(); ++i) {
    const auto& well = plan.wells[i];
    if (!well.validation) continue;
    for (const auto& cell : well.cells)
      by_label[well.labels.front()].push_back({well.labels.front(), i, &cell});
  }
  std::size_t deepest = 0;
  for (std::size_t label = 0; label < by_label.size(); ++label) {
    auto& cells = by_label[label];
    shuffle(cells, Random(seed, {stream_validation, label}));
    deepest = std::max(deepest, cells.size());
  }
  std::vector<CellDraw> draws;
  for (std::size_t turn = 0; turn < deepest; ++turn)
    for (const auto& cells : by_label)
      if (turn < cells.size() && draws.size() < limit) draws.push_back(cells[turn]);
  return draws;
}

}  // namespace cytoscale::learn
