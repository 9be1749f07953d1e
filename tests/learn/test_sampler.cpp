#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/error.hpp"
#include "learn/data/sampler.hpp"
#include "screen/plan.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

// Label 0: one well of 1000 cells and one of 10; label 1: one well of 5; and a held-out well of each.
TrainingPlan uneven_plan() {
  TrainingPlan plan;
  plan.labels = {"many", "few"};
  plan.channels = {"DNA"};
  const auto well = [&](int label, bool validation, int cells, int batch = 0) {
    TrainingWell made{"P", std::to_string(plan.wells.size()), {LabelId(label)}, batch, validation, {}};
    for (int i = 0; i < cells; ++i)
      made.cells.push_back(
          {static_cast<std::uint32_t>(plan.wells.size()), static_cast<float>(i), 0, CellId(i)});
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
    EXPECT_EQ(plan.wells[draw.well].labels.front(), draw.label);
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
      const auto block = screen::block_of(30, rank, ranks);
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

// Two labels, in batches 0, 0, 1 and 1, 2; 20 cells a well; a held-out well of each.
TrainingPlan batched_plan() {
  TrainingPlan plan;
  plan.labels = {"a", "b"};
  plan.batches = {"one", "two", "three"};
  const auto well = [&](int label, int batch, bool validation) {
    TrainingWell made{"P", std::to_string(plan.wells.size()), {LabelId(label)}, batch, validation, {}};
    for (int i = 0; i < 20; ++i)
      made.cells.push_back(
          {static_cast<std::uint32_t>(plan.wells.size()), static_cast<float>(i), 0, CellId(0)});
    plan.wells.push_back(std::move(made));
  };
  well(0, 0, false), well(0, 0, false), well(0, 1, false);
  well(1, 1, false), well(1, 2, false);
  well(0, 2, true), well(1, 0, true);
  return plan;
}

TEST(Sampler, PartnersAreOfAnotherReplicateOrBatch) {
  const auto plan = batched_plan();
  const CellSampler sampler(plan, 4, false);
  int same_label = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto first = sampler.draw(3, i);
    const auto replicate = sampler.draw_partner(3, i, first, MixupPartner::replicate),
               batch = sampler.draw_partner(3, i, first, MixupPartner::batch);
    EXPECT_NE(replicate.well, first.well);
    EXPECT_NE(plan.wells[batch.well].batch, plan.wells[first.well].batch);
    EXPECT_FALSE(plan.wells[replicate.well].validation || plan.wells[batch.well].validation);
    EXPECT_EQ(plan.wells[batch.well].labels.front(), batch.label);
    same_label += replicate.label == first.label;
  }
  EXPECT_GT(same_label, 400);
  EXPECT_LT(same_label, 1600);
  EXPECT_NO_THROW(sampler.check_partners(MixupPartner::batch));
}

// One cell in ten thousand is of another batch.
TEST(Sampler, ARarePartnerIsFound) {
  TrainingPlan plan;
  plan.labels = {"a"};
  plan.batches = {"one", "two"};
  plan.wells = {{"P", "1", {LabelId(0)}, 0, false, std::vector<TrainingCell>(20000)},
                {"P", "2", {LabelId(0)}, 1, false, std::vector<TrainingCell>(1)}};
  const CellSampler sampler(plan, 4, false);
  for (int i = 0; i < 50; ++i) {
    const auto first = sampler.draw(0, i);
    EXPECT_NE(sampler.draw_partner(0, i, first, MixupPartner::batch).well, first.well);
  }
}

TEST(Sampler, GroupsSpanBatchesThenReplicates) {
  const auto plan = batched_plan();
  const CellSampler sampler(plan, 4, false);
  const int n = 4000;
  int labels[2] = {}, first_batch = 0;
  for (int i = 0; i < n; ++i) {
    const auto group = sampler.draw_group(5, i, 3);
    ASSERT_EQ(group.size(), 3u);
    std::set<const TrainingCell*> cells;
    std::set<std::size_t> wells;
    std::set<int> batches;
    for (const auto& draw : group) {
      EXPECT_EQ(draw.label, group[0].label);
      EXPECT_FALSE(plan.wells[draw.well].validation);
      cells.insert(draw.cell), wells.insert(draw.well), batches.insert(plan.wells[draw.well].batch);
    }
    EXPECT_EQ(cells.size(), 3u);
    EXPECT_EQ(batches.size(), 2u);  // all that the label has
    ++labels[group[0].label];
    if (group[0].label == 0) first_batch += plan.wells[group[0].well].batch == 0;
  }
  EXPECT_NEAR(double(labels[0]) / n, 0.5, tolerance(0.5, n));
  // The order is random: of label a, on average half of the cells come from batch one.
  EXPECT_NEAR(double(first_batch) / labels[0], 0.5, tolerance(0.5, labels[0]));
  EXPECT_EQ(sampler.draw_group(5, 7, 3)[1].cell, sampler.draw_group(5, 7, 3)[1].cell);
}

TEST(Sampler, AGroupMayTakeEveryCell) {
  const auto plan = batched_plan();
  const CellSampler sampler(plan, 4, false);
  for (int i = 0; i < 20; ++i) {
    const auto group = sampler.draw_group(0, i, 40);
    std::set<const TrainingCell*> cells;
    for (const auto& draw : group) cells.insert(draw.cell);
    EXPECT_EQ(cells.size(), 40u);
  }
}

TEST(Sampler, WhatCannotBeDrawnIsSaidBefore) {
  const auto problem = [](const TrainingPlan& plan, auto check) {
    const CellSampler sampler(plan, 4, false);
    return message_of([&] { check(sampler); });
  };
  auto plan = batched_plan();
  EXPECT_NE(problem(plan, [](auto& s) { s.check_groups(41, "cells", ""); }).find("40 cells"),
            std::string::npos);
  for (auto& well : plan.wells) well.batch = 0;
  const auto other_batch = [](auto& s) { s.check_partners(MixupPartner::batch); };
  EXPECT_NE(problem(plan, other_batch).find("all training wells are of one"), std::string::npos);
  plan.batches = {""};
  EXPECT_NE(problem(plan, other_batch).find("not known"), std::string::npos);
  EXPECT_EQ(problem(plan, [](auto& s) { s.check_partners(MixupPartner::replicate); }), "no error");
  plan.wells[3].validation = true;
  EXPECT_NE(problem(plan, [](auto& s) { s.check_groups(3, "cells", ""); }).find("'b' has one training well"),
            std::string::npos);
}

}  // namespace
}  // namespace cytoscale::learn
