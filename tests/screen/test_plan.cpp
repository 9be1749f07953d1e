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

double alike(FieldId) {
  return 1;
}

std::vector<FieldId> fields_of(const GroupRanges& ranges, const FieldGroups& groups) {
  std::vector<FieldId> fields;
  for (const auto& range : ranges)
    for (auto group = range.first; group < range.last; ++group)
      for (std::size_t i = 0; i < groups[group].count; ++i) fields.emplace_back(groups[group].first + i);
  return fields;
}

TEST(Plan, EveryFieldExactlyOnce) {
  const auto screen = screen_of({40, 7, 96, 12, 33});
  const FieldGroups groups(screen.fields.size());
  for (int ranks : {1, 2, 3, 4, 8, 500}) {
    const auto plan = plan_shards(plates_of(screen), groups, alike, ranks);
    ASSERT_EQ(plan.own.size(), static_cast<std::size_t>(ranks));
    auto all = fields_of(plan.tail, groups);
    EXPECT_EQ(count_groups(plan.tail), all.size());
    for (const auto& own : plan.own)
      for (const auto field : fields_of(own, groups)) all.push_back(field);
    std::sort(all.begin(), all.end());
    std::vector<FieldId> expected;
    for (FieldId f; f < screen.fields.size(); ++f) expected.push_back(f);
    EXPECT_EQ(all, expected) << ranks << " ranks";
  }
}

TEST(Plan, IsBalancedAndKeepsPlatesTogetherWherePossible) {
  const auto screen = screen_of({10, 10, 10, 10});
  const FieldGroups groups(40);
  const auto plan = plan_shards(plates_of(screen), groups, alike, 2, 0.0);
  for (const auto& own : plan.own) {
    const auto fields = fields_of(own, groups);
    EXPECT_EQ(fields.size(), 20u);
    std::vector<std::string> plates;
    for (auto f : fields) plates.push_back(screen.fields[f].plate);
    plates.erase(std::unique(plates.begin(), plates.end()), plates.end());
    EXPECT_EQ(plates.size(), 2u);
  }
  const auto uneven = plan_shards(plates_of(screen_of({100, 1})), FieldGroups(101), alike, 4, 0.0);
  for (const auto& own : uneven.own) EXPECT_NEAR(static_cast<double>(count_groups(own)), 25, 1.5);
}

TEST(Plan, CostsCountAndTheTailIsSmall) {
  const auto screen = screen_of({50, 50});
  const FieldGroups groups(100);
  const auto cost = [](FieldId field) { return field < 50 ? 3.0 : 1.0; };
  const auto plan = plan_shards(plates_of(screen), groups, cost, 2, 0.1);
  double load[2] = {0, 0}, tail = 0;
  for (std::size_t r = 0; r < 2; ++r)
    for (auto f : fields_of(plan.own[r], groups)) load[r] += cost(f);
  for (const auto f : fields_of(plan.tail, groups)) tail += cost(f);
  EXPECT_NEAR(load[0], load[1], 4);
  EXPECT_LE(tail, 0.1 * 200 + 1e-9);
  EXPECT_GT(tail, 0.05 * 200);
}

TEST(Plan, GroupsEndWithTheirPlateAndHaveEnough) {
  const auto screen = screen_of({5, 2, 4});
  const std::vector<double> costs{3, 3, 3, 3, 3, 1, 1, 10, 0, 0, 0};
  const auto cost = [&](FieldId field) { return costs[field]; };
  const Array<FieldGroup> groups{{FieldId(0), 2}, {FieldId(2), 2}, {FieldId(4), 1},
                                 {FieldId(5), 2}, {FieldId(7), 1}, {FieldId(8), 3}};
  const auto found = group_fields(screen, cost, 5);
  EXPECT_EQ(found.listed(), groups);
  for (std::size_t field = 0; field < costs.size(); ++field) {
    const auto group = found[found.group_of(field)];
    EXPECT_TRUE(group.first <= field && field < group.first + group.count) << field;
  }
  EXPECT_EQ(found.group_of(costs.size()), found.size());
  EXPECT_EQ(group_fields(screen, cost, 0).size(), screen.fields.size());
}

TEST(Plan, GroupsAreNotDivided) {
  const auto screen = screen_of({40, 7, 96, 12, 33});
  const auto groups = group_fields(screen, alike, 5);
  for (int ranks : {1, 2, 3, 8}) {
    const auto plan = plan_shards(plates_of(screen), groups, alike, ranks, 0.3);
    std::vector<int> rank_of(screen.fields.size(), -1);
    for (std::size_t r = 0; r < plan.own.size(); ++r)
      for (const auto f : fields_of(plan.own[r], groups)) rank_of[f] = static_cast<int>(r);
    for (const auto f : fields_of(plan.tail, groups)) rank_of[f] = 1000;
    for (std::size_t g = 0; g < groups.size(); ++g)
      for (std::size_t i = 0; i < groups[g].count; ++i)
        EXPECT_EQ(rank_of[groups[g].first + i], rank_of[groups[g].first]);
    EXPECT_EQ(std::count(rank_of.begin(), rank_of.end(), -1), 0);
    EXPECT_EQ(plan.tail.empty(), ranks == 1);
  }
}

// Ten million fields: what a plan takes goes by plates and ranks.
TEST(Plan, IsSmallWhateverTheNumberOfFields) {
  std::vector<Plate> plates;
  for (std::size_t p = 0; p < 1000; ++p) plates.push_back({"P" + std::to_string(p), 10'000 * p, 10'000});
  const auto plan = plan_shards(plates, FieldGroups(10'000'000), alike, 1024);
  std::size_t ranges = plan.tail.size(), least = 10'000'000, most = 0;
  for (const auto& own : plan.own) {
    ranges += own.size();
    least = std::min(least, count_groups(own)), most = std::max(most, count_groups(own));
  }
  EXPECT_LT(ranges, 10'000u);
  EXPECT_LT(static_cast<double>(most - least), 0.001 * static_cast<double>(most));
}

TEST(Plan, PlatesOfFields) {
  const auto screen = screen_of({5, 2, 4});
  const PlateIndex plate(screen);
  ASSERT_EQ(plate.plates(), 3u);
  for (std::size_t f = 0; f < 11; ++f) EXPECT_EQ(plate[f], f < 5 ? 0u : f < 7 ? 1u : 2u);
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
