#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "learn/sampler.hpp"
#include "screen/plan.hpp"

namespace cytoscale {
namespace {

// Label 0: one well of 1000 cells and one of 10; label 1: one well of 5; and a held-out well of each.
TrainingPlan uneven_plan() {
  TrainingPlan plan;
  plan.labels = {"many", "few"};
  plan.channels = {"DNA"};
  const auto well = [&](int label, bool validation, int cells) {
    TrainingWell made{"P", std::to_string(plan.wells.size()), label, validation, {}};
    for (int i = 0; i < cells; ++i)
      made.cells.push_back({static_cast<std::uint32_t>(plan.wells.size()), static_cast<float>(i), 0, i});
    plan.wells.push_back(std::move(made));
  };
  well(0, false, 1000);
  well(0, false, 10);
  well(1, false, 5);
  well(0, true, 50);
  well(1, true, 4);
  return plan;
}

// Means of Bernoulli draws: five standard deviations.
double tolerance(double p, int n) {
  return 5 * std::sqrt(p * (1 - p) / n);
}

TEST(Sampler, LabelsAreEqualThenCells) {
  const auto plan = uneven_plan();
  const CellSampler sampler(plan, 4, false);
  const int n = 40000;
  int few = 0, small_well = 0;
  for (int i = 0; i < n; ++i) {
    const auto draw = sampler.draw(i / 100, i % 100);
    EXPECT_FALSE(plan.wells[draw.well].validation);
    EXPECT_EQ(plan.wells[draw.well].label, draw.label);
    few += draw.label == 1;
    small_well += draw.well == 1;
  }
  EXPECT_NEAR(double(few) / n, 0.5, tolerance(0.5, n));
  EXPECT_NEAR(double(small_well) / n, 0.5 * 10 / 1010, tolerance(0.005, n));
}

TEST(Sampler, ReplicatesFirstMakesWellsEqual) {
  const auto plan = uneven_plan();
  const CellSampler sampler(plan, 4, true);
  const int n = 40000;
  int small_well = 0;
  for (int i = 0; i < n; ++i) small_well += sampler.draw(7, i).well == 1;
  EXPECT_NEAR(double(small_well) / n, 0.25, tolerance(0.25, n));
}

TEST(Sampler, ABatchIsTheSameForAnyNumberOfRanks) {
  const auto plan = uneven_plan();
  std::vector<const TrainingCell*> whole;
  const CellSampler sampler(plan, 9, false);
  for (int i = 0; i < 30; ++i) whole.push_back(sampler.draw(3, i).cell);
  for (const int ranks : {2, 4, 7}) {
    std::vector<const TrainingCell*> parts;
    for (int rank = 0; rank < ranks; ++rank) {
      const CellSampler own(plan, 9, false);
      const auto block = block_of(30, rank, ranks);
      for (auto i = block.first; i < block.last; ++i)
        parts.push_back(own.draw(3, static_cast<std::int64_t>(i)).cell);
    }
    EXPECT_EQ(parts, whole) << ranks;
  }
}

TEST(Sampler, StepsAndSeedsDiffer) {
  const auto plan = uneven_plan();
  const auto sequence = [&](std::uint64_t seed, std::int64_t step) {
    const CellSampler sampler(plan, seed, false);
    std::vector<float> ys;
    for (int i = 0; i < 20; ++i) ys.push_back(sampler.draw(step, i).cell->y);
    return ys;
  };
  EXPECT_EQ(sequence(1, 1), sequence(1, 1));
  EXPECT_NE(sequence(1, 1), sequence(1, 2));
  EXPECT_NE(sequence(1, 1), sequence(2, 1));
}

TEST(Sampler, ValidationIsEvenOverLabelsAndNeverTwice) {
  const auto plan = uneven_plan();
  const auto some = validation_draws(plan, 1, 8);
  ASSERT_EQ(some.size(), 8u);
  int few = 0;
  for (const auto& draw : some) {
    EXPECT_TRUE(plan.wells[draw.well].validation);
    few += draw.label == 1;
  }
  EXPECT_EQ(few, 4);
  const auto all = validation_draws(plan, 1, 1000);
  std::set<const TrainingCell*> distinct;
  for (const auto& draw : all) distinct.insert(draw.cell);
  EXPECT_EQ(all.size(), 54u);
  EXPECT_EQ(distinct.size(), 54u);
  EXPECT_TRUE(validation_draws(plan, 1, 0).empty());
}

}  // namespace
}  // namespace cytoscale
