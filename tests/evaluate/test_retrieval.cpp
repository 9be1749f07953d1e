// mAP against copairs 0.5, enrichment against scipy's fisher_exact, correlations against numpy; golden.py
// beside this file prints the numbers.
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "evaluate/retrieval/retrieval.hpp"
#include "waves.hpp"

namespace cytoscale::evaluate {
namespace {

RetrievalFigures figures(const RetrievalOptions& options = {}) {
  WellLabels labels;
  labels.control.assign(26, 0);
  for (std::size_t row = 0; row < 26; ++row) {
    if (row < 20) {
      labels.rows.push_back(row);
    } else {
      labels.control[row] = 1;
    }
  }
  labels.treatment = wave_treatments();
  labels.has_class = true;
  std::vector<std::string> notes;
  return measure_retrieval(wave_wells(), labels, wave_classes(), options, {}, notes);
}

TEST(Retrieval, ReplicatesAgainstControlsAgreeWithCopairs) {
  const auto map = figures().replicate_map;
  ASSERT_TRUE(map);
  ASSERT_EQ(map->groups.size(), 4u);
  const double mean[] = {0.787976, 0.787381, 0.761310, 0.834167},
               normalized[] = {0.550227, 0.548965, 0.493658, 0.648213},
               p[] = {0.071993, 0.075892, 0.088191, 0.043096};
  for (std::size_t g = 0; g < 4; ++g) {
    EXPECT_EQ(map->groups[g].queries, 5u);
    EXPECT_NEAR(map->groups[g].mean, mean[g], 1e-6);
    EXPECT_NEAR(map->groups[g].normalized, normalized[g], 1e-6);
    EXPECT_NEAR(map->groups[g].p_value, p[g], 0.01);  // another random null of 10,000
  }
  EXPECT_NEAR(map->mean, 0.7927083333333333, 1e-6);
  EXPECT_EQ(map->significant.correct, 0u);
  ASSERT_TRUE(map->ci95);
  EXPECT_LT(map->ci95->low, map->mean);
}

TEST(Retrieval, ClassesAgreeWithCopairs) {
  const auto map = figures().class_map;
  ASSERT_TRUE(map);
  ASSERT_EQ(map->groups.size(), 3u);
  const double mean[] = {0.729167, 0.512798, 0.539385}, p[] = {0.067693, 0.223078, 0.223078};
  for (std::size_t g = 0; g < 3; ++g) {
    EXPECT_NEAR(map->groups[g].mean, mean[g], 1e-6);
    EXPECT_NEAR(map->groups[g].corrected_p_value, g == 0 ? 3 * p[g] : p[g], 0.04);
  }
  EXPECT_NEAR(map->mean, 0.5937830687830686, 1e-6);
}

TEST(Retrieval, CorrelationsAgreeWithNumpy) {
  const auto all = figures();
  const double median[] = {-0.13138517852514728, 0.4701653635871157, -0.31582757531122574,
                           0.4839416321947394};
  ASSERT_EQ(all.replicating.size(), 4u);
  for (std::size_t g = 0; g < 4; ++g) EXPECT_NEAR(all.replicating[g].median, median[g], 1e-9);
  EXPECT_EQ(all.replicating[0].threshold, all.replicating[3].threshold);  // of equal size
  ASSERT_TRUE(all.percent_replicating);
  EXPECT_EQ(all.percent_replicating->total, 4u);
  ASSERT_EQ(all.matching.size(), 3u);
  EXPECT_EQ(all.matching[0].members, 4u);
}

TEST(Retrieval, EnrichmentAgreesWithScipy) {
  RetrievalOptions options;
  options.top_percent = 10;
  const auto enrichment = figures(options).enrichment;
  ASSERT_TRUE(enrichment);
  EXPECT_EQ(enrichment->pairs, 60u);
  EXPECT_EQ(enrichment->same_class, 12u);
  EXPECT_EQ(enrichment->top_pairs, 6u);
  EXPECT_EQ(enrichment->top_same_class, 4u);
  EXPECT_NEAR(enrichment->odds_ratio, 11.5, 1e-12);
  EXPECT_NEAR(enrichment->p_value, 0.011930762030734345, 1e-9);
  EXPECT_NEAR(hypergeometric_tail(3, 60, 12, 6), 0.08793608802837016, 1e-9);
  EXPECT_EQ(hypergeometric_tail(0, 60, 12, 6), 1);
}

TEST(Retrieval, PlantedReplicatesAreFoundAndNoiseIsNot) {
  profile::Matrix noise(30, 50), planted(30, 50);
  for (int i = 0; i < 30; ++i) {
    for (int j = 0; j < 50; ++j) {
      noise(i, j) = std::sin(12.9898 * i + 78.233 * j) * 43758.5453;
      noise(i, j) -= std::floor(noise(i, j));
      planted(i, j) = noise(i, j) + 2 * std::sin(i / 3 + 0.1 * (i / 3 + 1) * j);
    }
  }
  std::vector<std::string> names;
  for (int i = 0; i < 30; ++i) names.push_back("t" + std::to_string(i / 3));
  const auto score = [&](const profile::Matrix& values) {
    return percent_above_null(group_correlations(values, profile::group_rows(names), {}, {1000, 1}), {});
  };
  EXPECT_GE(score(planted).correct, 8u);
  EXPECT_LE(score(noise).correct, 3u);  // 5 % of 10 are expected
}

TEST(Retrieval, WhatDoesNotApplyIsLeftOutWithANote) {
  WellLabels labels;
  labels.control = {0, 0};
  labels.rows = {0, 1};
  labels.treatment = {"a", "b"};
  std::vector<std::string> notes;
  const auto none = measure_retrieval(profile::Matrix::Identity(2, 2), labels, {}, {}, {}, notes);
  EXPECT_FALSE(none.replicate_map);
  EXPECT_FALSE(none.percent_replicating);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("no negative control wells"), std::string::npos);
  RetrievalOptions options;
  options.top_percent = 0;
  EXPECT_THROW(options.validate(), Error);
}

}  // namespace
}  // namespace cytoscale::evaluate
