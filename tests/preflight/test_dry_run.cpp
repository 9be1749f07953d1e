#include "preflight/dry_run/dry_run.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.hpp"

namespace cytoscale::preflight {
namespace {

using testing::HasSubstr;

Subject subject_of(std::size_t plates, std::size_t fields_per_plate) {
  Subject subject;
  for (std::size_t p = 0; p < plates; ++p)
    subject.plates.push_back({"P" + std::to_string(p), p * fields_per_plate, fields_per_plate});
  subject.cells = [](std::size_t field) { return 100.0 + static_cast<double>(field % 7) * 20; };
  subject.channels = 5;
  subject.wells = plates * fields_per_plate / 9;
  subject.field_bytes = 1e7;
  subject.described_bytes = 80;
  return subject;
}

// By hand: rank 0 has 3 + 1 s of its own, rank 1 has 2 s; the tail's 5, 1 and 1 s go to whoever is idle
// first.
TEST(PassTimes, TheTailGoesToWhoeverIsIdleFirst) {
  const std::vector<double> seconds = {3, 1, 2, 5, 1, 1};
  const screen::ShardPlan plan{{{{0, 2}}, {{2, 3}}}, {{3, 6}}};
  const auto times = pass_times(plan, screen::FieldGroups(6), [&](std::size_t f) { return seconds[f]; });
  EXPECT_EQ(times.least_s, 6);  // 4, then 1 and 1
  EXPECT_EQ(times.most_s, 7);   // 2, then 5
  EXPECT_EQ(times.mean_s, 6.5);
  EXPECT_EQ(times.tail_groups, 3u);
  EXPECT_NEAR(times.imbalance(), 7 / 6.5 - 1, 1e-12);
}

TEST(PassTimes, GroupsAreDoneAtOnce) {
  const Array<screen::FieldGroup> groups{{FieldId(0), 2}, {FieldId(2), 1}, {FieldId(3), 3}};
  const auto times = pass_times({{{{0, 1}}, {{1, 2}}}, {{2, 3}}}, groups, [](std::size_t) { return 1.0; });
  EXPECT_EQ(times.least_s, 2);
  EXPECT_EQ(times.most_s, 4);  // the rank of one field takes the group of three
}

TEST(DryRun, AMillionFieldsOnAThousandRanksAreBalanced) {
  const auto made = forecast(subject_of(290, 3456), 1024, {});
  EXPECT_EQ(made.fields, 290u * 3456);
  EXPECT_EQ(made.nodes, 128);
  for (const auto& stage : made.stages) {
    EXPECT_LE(stage.imbalance, 0.02) << stage.stage;
    EXPECT_GE(stage.seconds, 0) << stage.stage;
  }
  const auto& embed = made.stages[3];
  ASSERT_EQ(embed.stage, "embed");
  // Work over ranks, and little more.
  const double ideal = made.cells * usual_rates().seconds.at("embed") / 1024;
  EXPECT_NEAR(embed.seconds, ideal, 0.03 * ideal);
  EXPECT_NEAR(embed.files, 290.0 * 3456 * 5 / 1024, 1);
}

// Ten times the screen is what ten times the screen would be told to be.
TEST(DryRun, WhatIsSaidOfTenTimesTheFieldsIsWhatTheyTake) {
  const auto small = forecast(subject_of(20, 500), 16, {}), large = forecast(subject_of(200, 500), 16, {});
  for (const auto& limit : small.limits) {
    const auto same = std::find_if(large.limits.begin(), large.limits.end(),
                                   [&](const Limit& l) { return l.what == limit.what; });
    ASSERT_NE(same, large.limits.end());
    if (limit.what.starts_with("longest wait")) continue;  // another draw of the fields' times
    EXPECT_NEAR(limit.used_at_10, same->used, 0.02 * same->used) << limit.what;
  }
  EXPECT_TRUE(std::is_sorted(small.limits.begin(), small.limits.end(), [](const Limit& a, const Limit& b) {
    return a.used_at_10 / a.limit > b.used_at_10 / b.limit;
  }));
}

TEST(DryRun, AScreenCanBeTakenForALargerOne) {
  const auto own = subject_of(3, 100);
  const auto more = scaled(own, 1050);
  EXPECT_EQ(more.fields(), 1050u);
  EXPECT_EQ(more.plates.size(), 11u);
  EXPECT_EQ(more.plates.back().field_count, 50u);
  EXPECT_EQ(more.cells(1000), own.cells(100));
  EXPECT_EQ(more.wells, own.wells * 1050 / 300);
  EXPECT_EQ(scaled(own, 150).fields(), 150u);
  DryRunOptions options;
  options.fields = 3000;
  EXPECT_EQ(forecast(own, 4, options).fields, 3000u);
}

TEST(DryRun, TextAndJson) {
  const auto made = forecast(subject_of(20, 500), 16, {});
  const auto text = text_of(made);
  EXPECT_THAT(text, HasSubstr("dry run: 10,000 fields, 20 plates"));
  EXPECT_THAT(text, HasSubstr("the nearest limit first"));
  const auto json = json_of(made);
  EXPECT_EQ(json["stages"].size(), 6u);
  EXPECT_EQ(json["limits"].size(), made.limits.size());
  EXPECT_EQ(json["ranks"], 16);
}

TEST(DryRun, BadOptionsAreRefused) {
  const auto refused = [](auto change) {
    DryRunOptions options;
    change(options);
    EXPECT_THROW(options.validate(), Error);
  };
  refused([](auto& o) { o.fields = -1; });
  refused([](auto& o) { o.ranks_per_node = 0; });
  refused([](auto& o) { o.features = 0; });
  refused([](auto& o) { o.node_memory_GB = 0; });
  refused([](auto& o) { o.spread = 2; });
  DryRunOptions absent;
  absent.rates = "no such folder";
  EXPECT_THROW(forecast(subject_of(1, 10), 1, absent), Error);
}

}  // namespace
}  // namespace cytoscale::preflight
