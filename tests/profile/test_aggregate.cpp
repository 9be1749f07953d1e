#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "profile/aggregate.hpp"

namespace cytoscale::profile {
namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();

TEST(CellAggregator, MeanSkipsRowsThatAreNotFinite) {
  CellAggregator cells(2, Aggregate::mean);
  cells.add(std::vector<float>{1, 2, nan_value, 5, 3, 6});
  cells.add(std::vector<float>{5, 1, std::numeric_limits<float>::infinity(), 0});
  EXPECT_EQ(cells.cells(), 3u);
  EXPECT_EQ(cells.skipped(), 2u);
  EXPECT_EQ(cells.result(), (std::vector<double>{3, 3}));
  cells.clear();
  EXPECT_EQ(cells.cells(), 0u);
  EXPECT_TRUE(std::isnan(cells.result()[0]));
}

TEST(CellAggregator, PiecesDoNotChangeTheBits) {
  std::vector<float> rows;
  for (int i = 0; i < 3000; ++i) rows.push_back(static_cast<float>(std::sin(i) * std::exp(i % 17)));
  for (const auto how : {Aggregate::mean, Aggregate::median, Aggregate::trimmed}) {
    CellAggregator whole(3, how), pieces(3, how);
    whole.add(rows);
    const std::span<const float> all(rows);
    for (std::size_t at = 0; at < rows.size(); at += 21)
      pieces.add(all.subspan(at, std::min<std::size_t>(21, rows.size() - at)));
    EXPECT_EQ(whole.result(), pieces.result());
  }
}

// Rows are summed a few at a time: any of them may have to be left out.
TEST(CellAggregator, SumsRowAfterRowWhicheverAreLeftOut) {
  constexpr std::size_t features = 5, count = 23;
  for (const float bad :
       {nan_value, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
    for (std::size_t left_out = 0; left_out <= count; ++left_out) {
      std::vector<float> rows;
      std::vector<double> sums(features, 0.0);
      for (std::size_t row = 0; row < count; ++row) {
        for (std::size_t i = 0; i < features; ++i) {
          const double value =
              std::sin(static_cast<double>(7 * row + i)) * std::exp(static_cast<double>(row % 9));
          rows.push_back(row % 8 == 3 && i == 0 ? std::numeric_limits<float>::lowest()
                                                : static_cast<float>(value));
          if (row != left_out) sums[i] += static_cast<double>(rows.back());
        }
        if (row == left_out) rows[row * features + row % features] = bad;
      }
      CellAggregator cells(features, Aggregate::mean);
      cells.add(rows);
      const std::size_t summed = count - (left_out < count ? 1 : 0);
      ASSERT_EQ(cells.cells(), summed);
      ASSERT_EQ(cells.skipped(), count - summed);
      for (auto& sum : sums) sum /= static_cast<double>(summed);
      ASSERT_EQ(cells.result(), sums) << bad << " in row " << left_out;
    }
  }
}

TEST(CellAggregator, MedianOfOddAndEvenCounts) {
  CellAggregator cells(1, Aggregate::median);
  cells.add(std::vector<float>{9, 1, 5});
  EXPECT_EQ(cells.result(), std::vector<double>{5});
  cells.add(std::vector<float>{6});
  EXPECT_EQ(cells.result(), std::vector<double>{5.5});
}

// scipy.stats.trim_mean, by golden.py beside this file.
TEST(TrimmedMean, AgreesWithScipy) {
  std::vector<double> values;
  for (int i = 0; i < 23; ++i) values.push_back(std::sin(i) * std::exp(i % 5));
  EXPECT_NEAR(trimmed_mean_of(values, 0.1), 2.112076480716614, 1e-12);
  EXPECT_NEAR(trimmed_mean_of(values, 0.25), 1.3401696330178443, 1e-12);
  EXPECT_TRUE(std::isnan(trimmed_mean_of({}, 0.1)));
  CellAggregator cells(1, {Aggregate::trimmed, 0.25});
  cells.add(std::vector<float>{100, 1, 2, -100});
  EXPECT_EQ(cells.result(), std::vector<double>{1.5});
  EXPECT_THROW((Aggregation{Aggregate::trimmed, 0.5}.validate()), Error);
}

TEST(Median, OfNothingIsNotANumber) {
  EXPECT_TRUE(std::isnan(median_of({})));
}

TEST(Treatments, KeepOnlyMetadataThatIsTheSameThroughout) {
  ProfileTable wells;
  wells.metadata = {{"Metadata_Plate", "Metadata_Compound"},
                    {{"P1", "b"}, {"P1", "a"}, {"P2", "b"}, {"P2", "b"}}};
  wells.features = {"x"};
  wells.values.resize(4, 1);
  wells.values << 1, 10, 3, 8;
  const auto mean = aggregate_treatments(wells, {"b", "a", "b", "b"}, Aggregate::mean);
  EXPECT_EQ(mean.metadata.columns, (std::vector<std::string>{"Metadata_Compound", "Metadata_Treatment",
                                                             "Metadata_WellCount", "Metadata_Aggregate"}));
  EXPECT_EQ(mean.metadata.rows[0], (std::vector<std::string>{"b", "b", "3", "mean"}));
  EXPECT_EQ(mean.metadata.rows[1], (std::vector<std::string>{"a", "a", "1", "mean"}));
  EXPECT_EQ(mean.values(0, 0), 4);
  const auto median = aggregate_treatments(wells, {"b", "a", "b", "b"}, Aggregate::median);
  EXPECT_EQ(median.values(0, 0), 3);
  EXPECT_EQ(median.metadata.rows[0][3], "median");
  const auto trimmed = aggregate_treatments(wells, {"b", "b", "b", "b"}, {Aggregate::trimmed, 0.25});
  EXPECT_EQ(trimmed.values(0, 0), 5.5);
  EXPECT_EQ(trimmed.metadata.rows[0].back(), "trimmed 0.25");
}

TEST(Aggregate, UnknownWordIsRefused) {
  EXPECT_THROW(parse_enum<profile::Aggregate>("mode"), Error);
}

}  // namespace
}  // namespace cytoscale::profile
