// Accuracies and their intervals. Percentiles: numpy.percentile (golden.py beside this file).
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "evaluate/score.hpp"

namespace cytoscale::evaluate {
namespace {

TEST(Percentile, AgreesWithNumpy) {
  const std::vector<double> values = {3.0, 1.0, 4.0, 1.5, 9.0, 2.6};
  EXPECT_NEAR(percentile(values, 0.025), 1.0625, 1e-12);
  EXPECT_NEAR(percentile(values, 0.5), 2.8, 1e-12);
  EXPECT_NEAR(percentile(values, 0.975), 8.375, 1e-12);
  EXPECT_EQ(percentile({5}, 0.3), 5);
}

TEST(Score, IntervalIsTheBinomialsForLoneQueries) {
  Answers answers(400);
  std::vector<std::string> unit;
  for (std::size_t i = 0; i < 400; ++i) {
    answers[i] = i % 5 != 0;
    unit.push_back(std::to_string(i));
  }
  const auto score = score_of(answers, unit, {4000, 1});
  EXPECT_EQ(score.correct, 320u);
  ASSERT_TRUE(score.ci95);
  EXPECT_NEAR(score.ci95->low, 0.8 - 1.96 * 0.02, 0.004);  // sqrt(0.8 · 0.2 / 400) = 0.02
  EXPECT_NEAR(score.ci95->high, 0.8 + 1.96 * 0.02, 0.004);
  // Four queries that always agree are worth one: twice the width.
  for (std::size_t i = 0; i < 400; ++i) {
    answers[i] = i / 4 % 5 != 0;
    unit[i] = std::to_string(i / 4);
  }
  const auto grouped = score_of(answers, unit, {4000, 1});
  EXPECT_NEAR(grouped.ci95->low, 0.8 - 1.96 * 0.04, 0.01);
}

TEST(Score, IntervalsAreRepeatableAndOptional) {
  const Answers answers = {true, false, std::nullopt, true};
  const std::vector<std::string> unit = {"a", "b", "c", "d"};
  EXPECT_EQ(score_of(answers, unit, {500, 3}).ci95->low, score_of(answers, unit, {500, 3}).ci95->low);
  EXPECT_EQ(score_of(answers, unit, {500, 3}).total, 3u);
  EXPECT_FALSE(score_of(answers, unit, {0, 3}).ci95);
  EXPECT_FALSE(score_of(answers, {"a", "a", "a", "a"}, {500, 3}).ci95);
  EXPECT_THROW((BootstrapOptions{10, 1}.validate()), Error);
}

TEST(Score, MeansHaveIntervalsToo) {
  const auto interval = bootstrap_mean({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {2000, 1});
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->low, 4.5 - 1.96 * 0.908, 0.15);  // sd 2.872 / sqrt(10)
  EXPECT_NEAR(interval->high, 4.5 + 1.96 * 0.908, 0.15);
}

}  // namespace
}  // namespace cytoscale::evaluate
