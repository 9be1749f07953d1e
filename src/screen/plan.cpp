#include "screen/plan.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"

namespace cytoscale::screen {

Block block_of(std::size_t count, int rank, int ranks) {
  const auto r = static_cast<std::size_t>(rank), n = static_cast<std::size_t>(ranks);
  return {count * r / n, count * (r + 1) / n};
}

FieldGroups group_fields(const Screen& screen, const std::vector<double>& cost, double enough) {
  FieldGroups groups;
  for (const auto& plate : plates_of(screen)) {
    const auto end = plate.first_field + plate.field_count;
    for (std::size_t first = plate.first_field, field = first; field < end; first = field) {
      double sum = 0;
      do {
        sum += cost[field++];
      } while (field < end && sum < enough);
      groups.push_back({FieldId(first), field - first});
    }
  }
  return groups;
}

namespace {

struct CostlyGroup : FieldGroup {
  double cost;
};

// Plates with the largest first, each as its groups.
std::vector<std::vector<CostlyGroup>> plates_by_cost(const Screen& screen, const FieldGroups& groups,
                                                     const std::vector<double>& cost) {
  std::vector<std::vector<CostlyGroup>> plates;
  std::vector<double> costs;
  auto group = groups.begin();
  for (const auto& plate : plates_of(screen)) {
    plates.emplace_back();
    costs.push_back(0);
    for (; group != groups.end() && group->first < plate.first_field + plate.field_count; ++group) {
      const auto first = cost.begin() + static_cast<std::ptrdiff_t>(group->first);
      plates.back().push_back(
          {*group, std::accumulate(first, first + static_cast<std::ptrdiff_t>(group->count), 0.0)});
      costs.back() += plates.back().back().cost;
    }
  }
  std::vector<std::size_t> order(plates.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return costs[a] > costs[b]; });
  std::vector<std::vector<CostlyGroup>> sorted;
  for (const auto plate : order) sorted.push_back(std::move(plates[plate]));
  return sorted;
}

// Whole plates to the least loaded rank; what would overfill it goes on to the next, so that fewer plates
// than ranks are split and a plate is read by as few ranks as balance allows.
std::vector<std::vector<CostlyGroup>> share_out(const std::vector<std::vector<CostlyGroup>>& plates,
                                                std::size_t ranks, double share) {
  std::vector<std::vector<CostlyGroup>> shares(ranks);
  std::vector<double> load(ranks, 0);
  for (const auto& plate : plates)
    for (auto group = plate.begin(); group != plate.end();) {
      const auto rank = static_cast<std::size_t>(std::min_element(load.begin(), load.end()) - load.begin());
      const bool last_resort = load[rank] >= share;
      do {
        shares[rank].push_back(*group);
        load[rank] += group++->cost;
      } while (group != plate.end() && (last_resort || load[rank] + group->cost <= share * (1 + 1e-9)));
    }
  return shares;
}

template <typename Groups>
void in_order(Groups& groups) {
  std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

}  // namespace

ShardPlan plan_shards(const Screen& screen, int ranks, const std::vector<double>& given, double tail_fraction,
                      const FieldGroups& given_groups) {
  if (ranks < 1) throw Error("the number of ranks must be at least 1", "--ranks");
  const std::vector<double> cost = given.empty() ? std::vector<double>(screen.fields.size(), 1.0) : given;
  const auto groups = given_groups.empty() ? group_fields(screen, cost, 0) : given_groups;
  const double share = std::accumulate(cost.begin(), cost.end(), 0.0) / ranks;
  ShardPlan plan;
  for (auto& own : share_out(plates_by_cost(screen, groups, cost), static_cast<std::size_t>(ranks), share)) {
    in_order(own);
    double load = 0, tail = 0;
    for (const auto& group : own) load += group.cost;
    // Alone a rank has nobody to share a tail with.
    while (ranks > 1 && !own.empty() && tail + own.back().cost <= tail_fraction * load) {
      tail += own.back().cost;
      plan.tail.push_back(own.back());
      own.pop_back();
    }
    plan.fields.emplace_back();
    for (const auto& group : own)
      for (std::size_t i = 0; i < group.count; ++i) plan.fields.back().emplace_back(group.first + i);
  }
  in_order(plan.tail);
  return plan;
}

}  // namespace cytoscale::screen
