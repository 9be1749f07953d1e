// Average precision against copairs 0.5, its null against all rankings, corrected p-values against
// statsmodels; golden.py beside this file prints the numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "evaluate/retrieval/average_precision.hpp"

namespace cytoscale::evaluate {
namespace {

TEST(AveragePrecision, ReadOff) {
  const auto ap = average_precision({0.9, 0.2}, {0.5, 0.1, -0.3});  // ranks 1 and 3
  EXPECT_NEAR(ap.value, (1.0 + 2.0 / 3) / 2, 1e-15);
  EXPECT_EQ(ap.positives, 2u);
  EXPECT_EQ(ap.total, 5u);
  EXPECT_EQ(average_precision({0.5}, {0.5, 0.5}).value, 1);  // of equal ones positives rank first
  EXPECT_EQ(average_precision({-2.0}, {0.5, 0.5}).value, 1.0 / 3);
}

TEST(AveragePrecision, ExpectationAgreesWithAllRankings) {
  EXPECT_NEAR(expected_average_precision(3, 9), 0.4857473544973545, 1e-12);
  EXPECT_EQ(expected_average_precision(4, 4), 1);
  EXPECT_NEAR(normalized_average_precision({0.4857473544973545, 3, 9}), 0, 1e-12);
}

TEST(NullDistribution, AgreesWithAllRankings) {
  NullDistributions nulls({40000, 7});
  const auto& null = nulls.of(3, 9);
  ASSERT_EQ(null.size(), 40000u);
  const double n = static_cast<double>(null.size());
  const double mean = std::accumulate(null.begin(), null.end(), 0.0) / n;
  EXPECT_NEAR(mean, expected_average_precision(3, 9), 0.005);
  const auto above = std::count_if(null.begin(), null.end(), [](double v) { return v > 0.6 + 1e-12; });
  EXPECT_NEAR(static_cast<double>(above) / n, 0.25, 0.01);  // of the 84 rankings, 21
}

TEST(NullDistribution, DependsOnTheSeedAndTheConfigurationAlone) {
  NullDistributions first({200, 7}), second({200, 7}), other({200, 8});
  second.of(2, 50);
  EXPECT_EQ(first.of(3, 9), second.of(3, 9));
  EXPECT_NE(first.of(3, 9), other.of(3, 9));
  EXPECT_THROW((NullOptions{10, 1}.validate()), Error);
}

TEST(BenjaminiHochberg, AgreesWithStatsmodels) {
  const auto corrected = benjamini_hochberg({0.01, 0.04, 0.03, 0.005, 0.5, 0.04});
  const double expected[] = {0.03, 0.048, 0.048, 0.03, 0.5, 0.048};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(corrected[i], expected[i], 1e-12);
  EXPECT_TRUE(benjamini_hochberg({}).empty());
}

TEST(MeanAveragePrecision, OfOneRankingIsItsTail) {
  // One query whose three positives lie at ranks 1, 2 and 4: AP 11/12. Above it is one ranking of 84.
  NullDistributions nulls({40000, 3});
  const auto result = mean_average_precision({{11.0 / 12, 3, 9}}, {"x"}, nulls);
  ASSERT_EQ(result.size(), 1u);
  EXPECT_NEAR(result[0].p_value, 1.0 / 84, 0.002);
  EXPECT_EQ(result[0].corrected_p_value, result[0].p_value);
}

}  // namespace
}  // namespace cytoscale::evaluate
