#include "screen/plan.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"

namespace cytoscale::screen {

Block block_of(std::size_t count, int rank, int ranks) {
  const auto r = static_cast<std::size_t>(rank), n = static_cast<std::size_t>(ranks);
  return {count * r / n, count * (r + 1) / n};
}

namespace {

struct PlateCost {
  std::size_t first_field, field_count;
  double cost;
};

std::vector<PlateCost> plates_by_cost(const Screen& screen, const std::vector<double>& cost) {
  std::vector<PlateCost> plates;
  for (const auto& plate : plates_of(screen)) {
    const auto first = cost.begin() + static_cast<std::ptrdiff_t>(plate.first_field);
    const double sum = std::accumulate(first, first + static_cast<std::ptrdiff_t>(plate.field_count), 0.0);
    plates.push_back({plate.first_field, plate.field_count, sum});
  }
  std::stable_sort(plates.begin(), plates.end(),
                   [](const auto& a, const auto& b) { return a.cost > b.cost; });
  return plates;
}

}  // namespace

ShardPlan plan_shards(const Screen& screen, int ranks, const std::vector<double>& given,
                      double tail_fraction) {
  if (ranks < 1) throw Error("the number of ranks must be at least 1", "--ranks");
  const std::vector<double> cost = given.empty() ? std::vector<double>(screen.fields.size(), 1.0) : given;
  const double total = std::accumulate(cost.begin(), cost.end(), 0.0);
  const double share = total / ranks;
  ShardPlan plan;
  plan.fields.resize(static_cast<std::size_t>(ranks));
  std::vector<double> load(plan.fields.size(), 0);
  // Whole plates to the least loaded rank; what would overfill it goes on to the next, so that fewer plates
  // than ranks are split and a plate is read by as few ranks as balance allows.
  for (const auto& plate : plates_by_cost(screen, cost)) {
    std::size_t field = plate.first_field;
    const auto end = plate.first_field + plate.field_count;
    while (field < end) {
      const auto rank = static_cast<std::size_t>(std::min_element(load.begin(), load.end()) - load.begin());
      const bool last_resort = load[rank] >= share;
      do {
        plan.fields[rank].emplace_back(field);
        load[rank] += cost[field++];
      } while (field < end && (last_resort || load[rank] + cost[field] <= share * (1 + 1e-9)));
    }
  }
  for (std::size_t rank = 0; rank < plan.fields.size(); ++rank) {
    auto& fields = plan.fields[rank];
    std::sort(fields.begin(), fields.end());
    if (ranks == 1) break;  // nobody to share a tail with
    double tail = 0;
    while (!fields.empty() && tail + cost[fields.back()] <= tail_fraction * load[rank]) {
      tail += cost[fields.back()];
      plan.tail.push_back(fields.back());
      fields.pop_back();
    }
  }
  std::sort(plan.tail.begin(), plan.tail.end());
  return plan;
}

}  // namespace cytoscale::screen
