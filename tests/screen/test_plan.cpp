#include <gtest/gtest.h>

#include <algorithm>

#include "screen/plan.hpp"

namespace cytoscale::screen {
namespace {

Screen screen_of(const std::vector<int>& fields_per_plate) {
  Screen screen;
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  for (std::size_t p = 0; p < fields_per_plate.size(); ++p) {
    for (int f = 0; f < fields_per_plate[p]; ++f) {
      screen.fields.push_back({"P" + std::to_string(p), "A" + std::to_string(f), "1", {}, {}});
    }
  }
  order_fields(screen);
  return screen;
}

TEST(Plan, EveryFieldExactlyOnce) {
  const auto screen = screen_of({40, 7, 96, 12, 33});
  for (int ranks : {1, 2, 3, 4, 8, 500}) {
    const auto plan = plan_shards(screen, ranks);
    std::vector<FieldId> all;
    for (const auto& group : plan.tail) all.push_back(group.first);
    for (const auto& fields : plan.fields) all.insert(all.end(), fields.begin(), fields.end());
    std::sort(all.begin(), all.end());
    std::vector<FieldId> expected;
    for (FieldId f; f < screen.fields.size(); ++f) expected.push_back(f);
    EXPECT_EQ(all, expected) << ranks << " ranks";
  }
}

TEST(Plan, IsBalancedAndKeepsPlatesTogetherWherePossible) {
  const auto screen = screen_of({10, 10, 10, 10});
  const auto plan = plan_shards(screen, 2, {}, 0.0);
  for (const auto& fields : plan.fields) {
    EXPECT_EQ(fields.size(), 20u);
    std::vector<std::string> plates;
    for (auto f : fields) plates.push_back(screen.fields[f].plate);
    plates.erase(std::unique(plates.begin(), plates.end()), plates.end());
    EXPECT_EQ(plates.size(), 2u);
  }
  const auto uneven = plan_shards(screen_of({100, 1}), 4, {}, 0.0);
  for (const auto& fields : uneven.fields) EXPECT_NEAR(static_cast<double>(fields.size()), 25, 1.5);
}

TEST(Plan, CostsCountAndTheTailIsSmall) {
  const auto screen = screen_of({50, 50});
  std::vector<double> cost(100, 1.0);
  std::fill(cost.begin(), cost.begin() + 50, 3.0);
  const auto plan = plan_shards(screen, 2, cost, 0.1);
  double load[2] = {0, 0}, tail = 0;
  for (int r = 0; r < 2; ++r) {
    for (auto f : plan.fields[static_cast<std::size_t>(r)]) load[r] += cost[f];
  }
  for (const auto& group : plan.tail) tail += cost[group.first];
  EXPECT_NEAR(load[0], load[1], 4);
  EXPECT_LE(tail, 0.1 * 200 + 1e-9);
  EXPECT_GT(tail, 0.05 * 200);
}

TEST(Plan, GroupsEndWithTheirPlateAndHaveEnough) {
  const auto screen = screen_of({5, 2, 4});
  const std::vector<double> cost{3, 3, 3, 3, 3, 1, 1, 10, 0, 0, 0};
  const FieldGroups groups{{FieldId(0), 2}, {FieldId(2), 2}, {FieldId(4), 1},
                           {FieldId(5), 2}, {FieldId(7), 1}, {FieldId(8), 3}};
  EXPECT_EQ(group_fields(screen, cost, 5), groups);
  EXPECT_EQ(group_fields(screen, cost, 0).size(), screen.fields.size());
}

TEST(Plan, GroupsAreNotDivided) {
  const auto screen = screen_of({40, 7, 96, 12, 33});
  const std::vector<double> cost(screen.fields.size(), 1);
  const auto groups = group_fields(screen, cost, 5);
  for (int ranks : {1, 2, 3, 8}) {
    const auto plan = plan_shards(screen, ranks, cost, 0.3, groups);
    std::vector<int> rank_of(screen.fields.size(), -1);
    for (std::size_t r = 0; r < plan.fields.size(); ++r)
      for (const auto f : plan.fields[r]) rank_of[f] = static_cast<int>(r);
    for (const auto& group : plan.tail)
      for (std::size_t i = 0; i < group.count; ++i) rank_of[group.first + i] = 1000;
    for (const auto& group : groups)
      for (std::size_t i = 0; i < group.count; ++i) EXPECT_EQ(rank_of[group.first + i], rank_of[group.first]);
    EXPECT_EQ(std::count(rank_of.begin(), rank_of.end(), -1), 0);
    EXPECT_EQ(plan.tail.empty(), ranks == 1);
  }
}

TEST(Plan, BlocksCoverEverythingOnce) {
  for (std::size_t count : {0u, 1u, 7u, 100u}) {
    std::size_t at = 0;
    for (int r = 0; r < 4; ++r) {
      const auto block = block_of(count, r, 4);
      EXPECT_EQ(block.first, at);
      at = block.last;
    }
    EXPECT_EQ(at, count);
  }
}

}  // namespace
}  // namespace cytoscale::screen
