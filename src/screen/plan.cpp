#include "screen/plan.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"

namespace cytoscale::screen {

Block block_of(std::size_t count, int rank, int ranks) {
  const auto r = static_cast<std::size_t>(rank), n = static_cast<std::size_t>(ranks);
  return {count * r / n, count * (r + 1) / n};
}

PlateIndex::PlateIndex(const std::vector<Plate>& plates) {
  for (const auto& plate : plates) starts_.push_back(plate.first_field);
}

PlateId PlateIndex::operator[](std::size_t field) const {
  return PlateId(static_cast<std::size_t>(std::ranges::upper_bound(starts_, field) - starts_.begin()) - 1);
}

std::size_t FieldGroups::group_of(std::size_t field) const {
  if (groups_.empty()) return std::min(field, fields_);
  const auto behind =
      std::ranges::upper_bound(groups_.begin(), groups_.end(), field, {},
                               [](const FieldGroup& group) { return std::size_t(group.first); });
  const auto group = static_cast<std::size_t>(behind - groups_.begin()) - 1;
  return field < groups_[group].first + groups_[group].count ? group : groups_.size();
}

FieldGroups group_fields(const Screen& screen, const FieldCost& cost, double enough) {
  if (!(enough > 0)) return FieldGroups(screen.fields.size());
  std::vector<FieldGroup> groups;
  for (const auto& plate : plates_of(screen)) {
    const auto end = plate.first_field + plate.field_count;
    for (std::size_t first = plate.first_field, field = first; field < end; first = field) {
      double sum = 0;
      do {
        sum += cost(FieldId(field++));
      } while (field < end && sum < enough);
      groups.push_back({FieldId(first), field - first});
    }
  }
  return Array<FieldGroup>(std::move(groups));
}

std::size_t count_groups(const GroupRanges& ranges) {
  std::size_t count = 0;
  for (const auto& range : ranges) count += range.last - range.first;
  return count;
}

namespace {

class Sharing {
 public:
  Sharing(const std::vector<Plate>& plates, const FieldGroups& groups, const FieldCost& cost, int ranks)
      : groups_(groups), cost_(cost), load_(static_cast<std::size_t>(ranks), 0), own_(load_.size()) {
    std::vector<double> costs;
    for (const auto& plate : plates) {
      ranges_.push_back(
          {groups.group_of(plate.first_field), groups.group_of(plate.first_field + plate.field_count)});
      costs.push_back(0);
      for (std::size_t f = 0; f < plate.field_count; ++f)
        costs.back() += cost(FieldId(plate.first_field + f));
    }
    order_.resize(plates.size());
    std::iota(order_.begin(), order_.end(), 0);
    std::stable_sort(order_.begin(), order_.end(), [&](auto a, auto b) { return costs[a] > costs[b]; });
    share_ = std::accumulate(costs.begin(), costs.end(), 0.0) / ranks;
  }

  // Whole plates to the least loaded rank; what would overfill it goes on to the next, so that fewer plates
  // than ranks are split and a plate is read by as few ranks as balance allows.
  void share_out() {
    for (const auto plate : order_)
      for (auto next = ranges_[plate].first; next != ranges_[plate].last;) {
        const auto rank =
            static_cast<std::size_t>(std::min_element(load_.begin(), load_.end()) - load_.begin());
        const bool last_resort = load_[rank] >= share_;
        const auto first = next;
        double cost = cost_of(next);
        do {
          load_[rank] += cost;
          ++next;
          cost = next != ranges_[plate].last ? cost_of(next) : 0;
        } while (next != ranges_[plate].last && (last_resort || load_[rank] + cost <= share_ * (1 + 1e-9)));
        own_[rank].push_back({first, next});
      }
  }

  // The last of each rank's groups. Alone a rank has nobody to share a tail with.
  ShardPlan leave_tail(double fraction) {
    ShardPlan plan;
    for (std::size_t rank = 0; rank < own_.size(); ++rank) {
      auto& own = own_[rank];
      in_order(own);
      double tail = 0;
      while (own_.size() > 1 && !own.empty()) {
        auto& range = own.back();
        auto first = range.last;
        while (first > range.first && tail + cost_of(first - 1) <= fraction * load_[rank])
          tail += cost_of(--first);
        if (first < range.last) plan.tail.push_back({first, range.last});
        range.last = first;
        if (range.first < range.last) break;
        own.pop_back();
      }
      plan.own.push_back(std::move(own));
    }
    in_order(plan.tail);
    return plan;
  }

 private:
  double cost_of(std::size_t group) const {
    const auto fields = groups_[group];
    double sum = 0;
    for (std::size_t i = 0; i < fields.count; ++i) sum += cost_(FieldId(fields.first + i));
    return sum;
  }
  static void in_order(GroupRanges& ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  const FieldGroups& groups_;
  const FieldCost& cost_;
  GroupRanges ranges_;  // of the plates
  std::vector<std::size_t> order_;
  double share_ = 0;
  std::vector<double> load_;
  std::vector<GroupRanges> own_;
};

}  // namespace

ShardPlan plan_shards(const std::vector<Plate>& plates, const FieldGroups& groups, const FieldCost& cost,
                      int ranks, double tail_fraction) {
  if (ranks < 1) throw Error("the number of ranks must be at least 1", "--ranks");
  Sharing sharing(plates, groups, cost, ranks);
  sharing.share_out();
  return sharing.leave_tail(tail_fraction);
}

}  // namespace cytoscale::screen
