// Numbers: python3-sklearn (covariance.ledoit_wolf, assume_centered) and python3-numpy on the same small
// table.
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "evaluate/z_prime.hpp"
#include "test_support.hpp"

namespace cytoscale::evaluate {
namespace {

const std::vector<std::size_t> negative = {0, 1, 2, 3, 4}, positive = {5, 6, 7, 8};

profile::Matrix sample(int features) {
  profile::Matrix x(9, features);
  for (int i = 0; i < 9; ++i) {
    for (int j = 0; j < features; ++j) x(i, j) = std::sin(1.7 * i + 0.9 * j * j) + 0.1 * j * (i % 3);
  }
  return x;
}

profile::Matrix centered(const profile::Matrix& x) {
  profile::Matrix result = x;
  for (const auto& rows : {negative, positive}) {
    const profile::Matrix part = x(rows, Eigen::all);
    const Eigen::RowVectorXd mean = part.colwise().mean();
    for (const auto row : rows) result.row(static_cast<Eigen::Index>(row)) -= mean;
  }
  return result;
}

std::vector<char> mask(const std::vector<std::size_t>& rows) {
  std::vector<char> marks(9, 0);
  for (const auto row : rows) marks[row] = 1;
  return marks;
}

TEST(ZPrime, ShrinkageAgreesWithSklearn) {
  EXPECT_NEAR(ledoit_wolf_shrinkage(centered(sample(5))), 0.19412177754699114, 1e-12);
  EXPECT_NEAR(ledoit_wolf_shrinkage(centered(sample(40))), 0.12296655083680616, 1e-12);
}

TEST(ZPrime, LdaAxisAgreesWithNumpy) {
  const auto few = fit_axis(sample(5), negative, positive, SeparationAxis::lda);
  const double expected[] = {0.5810036545559966, -0.1335501113326899, 0.7408596087939102,
                             -0.07922097444589003, 0.29908226029168017};
  for (int j = 0; j < 5; ++j) EXPECT_NEAR(few(j), expected[j], 1e-10);
  const auto many =
      fit_axis(sample(40), negative, positive, SeparationAxis::lda);  // more features than wells
  EXPECT_NEAR(many(0), -0.20358891557402223, 1e-10);
  EXPECT_NEAR(many(1), -0.13646714497297058, 1e-10);
  EXPECT_NEAR(many(39), -0.04533952404885934, 1e-10);
}

TEST(ZPrime, HeldOutAgreesWithNumpy) {
  const auto z = z_prime(sample(5), mask(negative), mask(positive), mask({0, 2, 4, 6, 8}),
                         SeparationAxis::mean_difference, "test");
  EXPECT_NEAR(z.value, -8.020970901103922, 1e-9);
  EXPECT_TRUE(z.held_out);
  EXPECT_EQ(z.negative_trained, 3u);
  EXPECT_EQ(z.negative_scored, 2u);
  EXPECT_EQ(z.positive_trained, 2u);
  EXPECT_EQ(z.positive_scored, 2u);
}

TEST(ZPrime, ReadOff) {
  profile::Matrix x(4, 1);
  x << 0, 2, 100, 104;
  const auto z = z_prime(x, {1, 1, 0, 0}, {0, 0, 1, 1}, {1, 1, 1, 1}, SeparationAxis::lda, "test");
  EXPECT_NEAR(z.value, 1 - 3 * (std::sqrt(2.0) + std::sqrt(8.0)) / 101, 1e-12);
  EXPECT_FALSE(z.held_out);
  EXPECT_NEAR(z.positive_mean, 102, 1e-12);
}

TEST(ZPrime, TrainingWellsByColumnAndValue) {
  const Table metadata = {{"Metadata_Batch", "Metadata_Row"},
                          {{"1", "A"}, {"2", "A"}, {"3", "B"}, {"4", "C"}}};
  EXPECT_EQ(training_mask(metadata, {}, "wells.csv"), (std::vector<char>{1, 1, 1, 1}));
  EXPECT_EQ(training_mask(metadata, {"Metadata_Row=A"}, "wells.csv"), (std::vector<char>{1, 1, 0, 0}));
  EXPECT_EQ(training_mask(metadata, {"Metadata_Batch=1", "3", "Metadata_Row=C"}, "wells.csv"),
            (std::vector<char>{1, 0, 1, 1}));
  EXPECT_NE(
      message_of([&] { training_mask(metadata, {"Metadata_Bach=1"}, "wells.csv"); }).find("'Metadata_Batch'"),
      std::string::npos);
  EXPECT_NE(
      message_of([&] { training_mask(metadata, {"Metadata_Batch=9"}, "wells.csv"); }).find("--zprime-train"),
      std::string::npos);
  EXPECT_NE(message_of([&] { training_mask(metadata, {"A"}, "wells.csv"); }).find("COLUMN=VALUE"),
            std::string::npos);
}

TEST(ZPrime, BadInputIsNamed) {
  const auto x = sample(5);
  const auto run = [&](const std::vector<std::size_t>& train) {
    return message_of(
        [&] { z_prime(x, mask(negative), mask(positive), mask(train), SeparationAxis::lda, "wells.csv"); });
  };
  EXPECT_NE(run({0, 1, 2}).find("there are 3 and 0"), std::string::npos);
  EXPECT_NE(run({0, 1, 2, 3, 5}).find("there are 1 and 3"), std::string::npos);
  profile::Matrix same = profile::Matrix::Ones(9, 3);
  EXPECT_NE(
      message_of([&] { fit_axis(same, negative, positive, SeparationAxis::lda); }).find("same mean profile"),
      std::string::npos);
  EXPECT_THROW(parse_enum<SeparationAxis>("pca"), Error);
}

}  // namespace
}  // namespace cytoscale::evaluate
