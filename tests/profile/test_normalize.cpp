// Numbers: python3-numpy (mean, std, linalg.eigh) and scipy.stats.median_abs_deviation on the same small
// table.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "profile/algebra/covariance.hpp"
#include "profile/normalize.hpp"
#include "test_support.hpp"

namespace cytoscale::profile {
namespace {

const std::vector<char> control = {1, 1, 1, 1, 1, 1, 0, 0, 0};
const std::vector<std::string> batch = {"a", "a", "a", "b", "b", "b", "a", "b", "b"};

ProfileTable sample() {
  ProfileTable table;
  table.values.resize(9, 5);
  for (int i = 0; i < 9; ++i) {
    for (int j = 0; j < 5; ++j) table.values(i, j) = std::sin(1.7 * i + 0.9 * j * j) + 0.1 * j * (i % 3);
    table.metadata.rows.push_back({});
  }
  table.features = {"f0", "f1", "f2", "f3", "f4"};
  return table;
}

ProfileTable normalized(Normalization method, double lambda, Within within = Within::all) {
  NormalizeOptions options{method, within, lambda};
  return normalize(sample(), {control, batch, batch}, options, "test");
}

double gram(const Matrix& x, int i, int j) {
  return x.row(i).dot(x.row(j));
}

TEST(Normalize, StandardizeAgreesWithNumpy) {
  const auto z = normalized(Normalization::standardize, 1);
  const double expected[] = {1.0289270171273999, 1.3630141907446776, -0.9075586505334432, 1.0084745973212113,
                             1.317173998112738};
  for (int j = 0; j < 5; ++j) EXPECT_NEAR(z.values(8, j), expected[j], 1e-12);
  EXPECT_EQ(z.features[0], "f0");
}

TEST(Normalize, MadRobustizeAgreesWithScipy) {
  const auto z = normalized(Normalization::mad_robustize, 1);
  const double expected[] = {0.783393185379412, 0.9350042347626751, -0.6162630900184377, 0.8598225926613694,
                             1.5072189172780148};
  for (int j = 0; j < 5; ++j) EXPECT_NEAR(z.values(8, j), expected[j], 1e-12);
}

TEST(Normalize, WhitenAndTvnAgreeWithNumpy) {
  const auto w = normalized(Normalization::whiten, 0.5);
  EXPECT_NEAR(gram(w.values, 0, 8), 0.9738156071188556, 1e-9);
  EXPECT_NEAR(w.values.norm(), 4.611485969473251, 1e-9);
  EXPECT_EQ(w.features[4], "whitened_4");
  const auto t = normalized(Normalization::tvn, 0.5);
  EXPECT_NEAR(t.values.norm(), 3.843386403680261, 1e-9);
  EXPECT_NEAR(gram(t.values, 0, 8), 0.7270743059342542, 1e-9);
  EXPECT_EQ(t.features[0], "tvn_0");
}

// numpy: w - w[batch, control].mean(0) + w[control].mean(0) of the whitened table.
TEST(Normalize, BatchCorrectionIsASeam) {
  NormalizeOptions options{Normalization::whiten, Within::all, 0.5};
  options.batch_correction = BatchCorrection::coral;
  const auto aligned = normalize(sample(), {control, batch, batch}, options, "test");
  EXPECT_EQ(aligned.features[0], "coral_0");
  EXPECT_TRUE(aligned.values == normalized(Normalization::tvn, 0.5).values);
  options.batch_correction = BatchCorrection::center;
  const auto centered = normalize(sample(), {control, batch, batch}, options, "test");
  const auto plain = normalized(Normalization::whiten, 0.5);
  const Eigen::RowVectorXd all = plain.values.topRows(6).colwise().mean(),
                           b = plain.values.middleRows(3, 3).colwise().mean();
  EXPECT_LT((centered.values.row(8) - (plain.values.row(8) - b + all)).norm(), 1e-12);
  options.method = Normalization::tvn;
  EXPECT_NE(message_of([&] { options.validate(); }).find("--batch-correction"), std::string::npos);
}

TEST(Normalize, EachGroupByItself) {
  const auto z = normalized(Normalization::standardize, 1, Within::plate);
  for (const auto& rows : {std::vector<std::size_t>{0, 1, 2}, std::vector<std::size_t>{3, 4, 5}}) {
    const Matrix part = z.values(rows, Eigen::all);
    EXPECT_NEAR(part.col(2).sum(), 0, 1e-12);
    EXPECT_NEAR(part.col(2).squaredNorm(), 3, 1e-12);
  }
}

TEST(Normalize, NoneLeavesTheTableAlone) {
  EXPECT_TRUE(normalized(Normalization::none, 1).values == sample().values);
}

TEST(Normalize, FeaturesWithoutSpreadAreDroppedAndListed) {
  auto table = sample();
  table.values.col(1).setConstant(0.1);  // 0.1 is not exact: its mean is off by a rounding
  const double infinite = std::numeric_limits<double>::infinity();
  table.values(2, 3) = infinite;
  standardize(table, batch, control, "test");
  EXPECT_EQ(table.features, (std::vector<std::string>{"f0", "f2", "f4"}));
  ASSERT_EQ(table.dropped.size(), 2u);
  EXPECT_EQ(table.dropped[0], "f1 (standard deviation 0 or not finite in the control wells of 'a')");
  EXPECT_TRUE(table.values.allFinite());
}

TEST(Normalize, ConstantInOneGroupIsDroppedEverywhere) {
  auto table = sample();
  for (int i : {3, 4, 5}) table.values(i, 0) = 2;
  mad_robustize(table, batch, control, "test");
  EXPECT_EQ(table.features.size(), 4u);
  EXPECT_NE(table.dropped[0].find("'b'"), std::string::npos);
}

TEST(Normalize, BadInputIsNamed) {
  const std::vector<char> few = {1, 1, 0, 1, 0, 0, 0, 0, 0};
  auto table = sample();
  EXPECT_NE(message_of([&] {
              standardize(table, batch, few, "wells.csv");
            }).find("wells.csv: 'b' has 1 control wells"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              coral(table, batch, {1, 1, 1, 0, 0, 0, 0, 0, 0}, 1, "wells.csv");
            }).find("batch 'b' has no control wells"),
            std::string::npos);
  auto flat = sample();
  flat.values.setConstant(3);
  EXPECT_NE(
      message_of([&] { standardize(flat, batch, control, "wells.csv"); }).find("no usable feature is left"),
      std::string::npos);
  EXPECT_NE(message_of([&] { normalized(Normalization::whiten, -1); }).find("lambda is -1"),
            std::string::npos);
  EXPECT_NE(message_of([&] { parse_enum<profile::Normalization>("sphere"); }).find("none, standardize"),
            std::string::npos);
  EXPECT_NE(message_of([&] { parse_enum<profile::Within>("well"); }).find("all, plate, batch"),
            std::string::npos);
}

TEST(Normalize, LambdaZeroNeedsMoreControlsThanFeatures) {
  auto table = sample();
  const std::vector<char> three = {1, 1, 1, 0, 0, 0, 0, 0, 0};
  standardize(table, one_label(9, "all"), three, "test");
  EXPECT_NE(message_of([&] { whiten(table, three, 0); }).find("Set --lambda above 0"), std::string::npos);
  EXPECT_NO_THROW(normalized(Normalization::whiten, 1e-6));
}

TEST(Normalize, RolesAreReadFromTheMetadata) {
  const Table metadata = {{"Metadata_Plate", "Metadata_Compound"}, {{"W1_1", "DMSO"}, {"W2_1", "x"}}};
  screen::ColumnRoles roles;
  roles.control = "Metadata_Compound=DMSO";
  roles.batch_from_plate = "^[^_]+";
  const auto tvn = well_roles(metadata, roles, {Normalization::tvn, Within::all, 1}, "wells.csv");
  EXPECT_EQ(tvn.control, (std::vector<char>{1, 0}));
  EXPECT_EQ(tvn.batch, (std::vector<std::string>{"W1", "W2"}));
  EXPECT_TRUE(tvn.plate.empty());
  EXPECT_TRUE(well_roles(metadata, screen::ColumnRoles{}, {}, "wells.csv").control.empty());
  roles.control = "Metadata_Compund=DMSO";
  EXPECT_NE(message_of([&] {
              well_roles(metadata, roles, {Normalization::whiten, Within::all, 1}, "wells.csv");
            }).find("Did you mean 'Metadata_Compound'"),
            std::string::npos);
}

TEST(Covariance, PowersMultiplyBack) {
  const auto table = sample();
  const auto c = uncentered_covariance(table.values, {0, 1, 2, 3, 4, 5, 6, 7});
  const auto eigen = symmetric_eigen(c);
  const Matrix half = shifted_power(eigen, 0.3, 0.5), inverse = shifted_power(eigen, 0.3, -0.5);
  const Matrix shifted = c + 0.3 * Matrix::Identity(5, 5);
  EXPECT_LT((half * half - shifted).norm(), 1e-12);
  EXPECT_LT((half * inverse - Matrix::Identity(5, 5)).norm(), 1e-12);
}

}  // namespace
}  // namespace cytoscale::profile
