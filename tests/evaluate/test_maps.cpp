// Oracles: scikit-learn 1.9.1 (TSNE(method="exact"), trustworthiness) and scipy (linkage, leaves_list), on
// the same rows: 4 sin(1.7 (i mod 5)(j+1)) + 3 (frac(43758.5453 sin(12.9898 (i+1) + 78.233 (j+1))) − 0.5).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "evaluate/maps/linkage.hpp"
#include "evaluate/maps/tsne.hpp"
#include "test_support.hpp"

namespace cytoscale::evaluate {
namespace {

profile::Matrix rows_of(int n, int d) {
  profile::Matrix rows(n, d);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < d; ++j) {
      const double u = std::sin(12.9898 * (i + 1) + 78.233 * (j + 1)) * 43758.5453;
      rows(i, j) = 4 * std::sin(1.7 * (i % 5) * (j + 1)) + 3 * (u - std::floor(u) - 0.5);
    }
  return rows;
}

// scikit-learn's from ten random starts: KL 0.0536 … 0.0541, trustworthiness 0.9793 … 0.9805; from PCA
// 0.0540, 0.9801. The interval is that, and as much again on either side.
TEST(Tsne, MeetsScikitLearn) {
  const auto rows = rows_of(150, 6);
  const auto map = tsne(rows, {.threads = 2});
  EXPECT_NEAR(map.kl_divergence, 0.0539, 0.0008);
  EXPECT_NEAR(trustworthiness(rows, map.places), 0.980, 0.0015);
}

// From five random starts: KL 0.7723 … 0.7899, trustworthiness 0.9829 … 0.9834; from PCA 0.7818, 0.9829.
TEST(Tsne, MeetsScikitLearnAtAnotherPerplexity) {
  const auto rows = rows_of(400, 12);
  const auto map = tsne(rows, {.perplexity = 12, .threads = 2});
  EXPECT_NEAR(map.kl_divergence, 0.781, 0.018);
  EXPECT_NEAR(trustworthiness(rows, map.places), 0.9832, 0.001);
}

TEST(Tsne, TrustworthinessIsScikitLearns) {
  const auto rows = rows_of(150, 6);
  EXPECT_NEAR(trustworthiness(rows, principal_map(rows)), 0.8964507042253521, 1e-12);
  EXPECT_EQ(trustworthiness(rows, rows), 1);
}

TEST(Tsne, ThreadsDoNotMatter) {
  const auto rows = rows_of(101, 4);
  const auto one = tsne(rows, {.steps = 60, .threads = 1}), three = tsne(rows, {.steps = 60, .threads = 3});
  EXPECT_EQ(one.places, three.places);
}

TEST(Tsne, FewPointsLowerThePerplexity) {
  const auto map = tsne(rows_of(7, 3), {});
  EXPECT_EQ(map.perplexity, 2);
  EXPECT_TRUE(map.places.allFinite());
}

TEST(Tsne, RefusesWhatItCannotMap) {
  EXPECT_THAT(message_of([] { tsne(rows_of(3, 3), {}); }),
              testing::HasSubstr("4 to 5000 points, these are 3"));
  EXPECT_THAT(message_of([] { tsne(profile::Matrix::Ones(9, 3), {}); }), testing::Not("no error"));
}

TEST(Maps, ComponentsAreAsManyAsThereAre) {
  EXPECT_EQ(principal_map(rows_of(40, 6), 50).cols(), 6);
  EXPECT_EQ(principal_map(rows_of(40, 6)), principal_map(rows_of(40, 6), 50).leftCols(2));
  EXPECT_EQ(principal_map(rows_of(2, 6), 50).cols(), 2);
  EXPECT_EQ(principal_map(rows_of(2, 6), 50).col(1).norm(), 0);
}

TEST(Maps, RowsOfLengthOne) {
  profile::Matrix rows(3, 2);
  rows << 3, 4, 0, 0, 1e-200, 0;
  const auto unit = unit_rows(rows);
  EXPECT_NEAR(unit(0, 0), 0.6, 1e-15);
  EXPECT_EQ(unit.row(1).norm(), 0);
  EXPECT_EQ(unit(2, 0), 1);
}

TEST(Maps, FewerFeaturesKeepDistances) {
  const auto rows = rows_of(40, 6);
  EXPECT_EQ(fewer_features(rows, 6), rows);
  const auto few = fewer_features(rows_of(5, 60), 50);
  EXPECT_EQ(few.cols(), 4) << "five points differ in four directions";
  EXPECT_NEAR((few.row(0) - few.row(3)).norm(), (rows_of(5, 60).row(0) - rows_of(5, 60).row(3)).norm(), 1e-9);
}

TEST(Linkage, LeavesStandAsScipysDo) {
  const auto unit = unit_rows(rows_of(25, 6));
  const profile::Matrix similarity = unit * unit.transpose();
  profile::Matrix distances = (1 - 0.5 * (similarity + similarity.transpose()).array()).matrix();
  distances.diagonal().setZero();
  EXPECT_THAT(average_linkage_order(distances),
              testing::ElementsAre(0, 12, 22, 17, 2, 7, 21, 1, 11, 6, 16, 3, 13, 8, 18, 23, 15, 20, 5, 10, 4,
                                   24, 19, 9, 14));
  EXPECT_THAT(average_linkage_order(profile::Matrix::Zero(1, 1)), testing::ElementsAre(0));
  EXPECT_TRUE(average_linkage_order(profile::Matrix(0, 0)).empty());
}

}  // namespace
}  // namespace cytoscale::evaluate
