// Every row of the oracle table: the public BBBC021 CellProfiler profiles (632 wells × 189 features). Oracle:
// counts and norms from python3-numpy (numpy.linalg.eigh), written independently of this code;
// bbbc021_oracle.py beside this file repeats it.
#include <gtest/gtest.h>

#include <set>

#include "evaluate/evaluation.hpp"
#include "test_support.hpp"

namespace cytoscale::evaluate {
namespace {

struct Row {
  const char* name;
  profile::Normalization method;
  double lambda;
  profile::Aggregate aggregate;
  std::size_t nsc, disjoint, joined;
  double norm;  // Frobenius, of the 632 normalized wells
};

// numpy, 10 digits; the first two are of the table as it is
const Row rows[] = {
    {"mean", profile::Normalization::none, 1, profile::Aggregate::mean, 94, 67, 67, 606.4754852948},
    {"median", profile::Normalization::none, 1, profile::Aggregate::median, 94, 68, 69, 606.4754852948},
    {"standardize", profile::Normalization::standardize, 1, profile::Aggregate::mean, 95, 68, 69,
     552.1219291956},
    {"whiten", profile::Normalization::whiten, 1, profile::Aggregate::mean, 95, 72, 72, 292.6664796859},
    {"tvn", profile::Normalization::tvn, 1, profile::Aggregate::mean, 95, 72, 72, 303.8199831417},
    {"tvn_small_lambda", profile::Normalization::tvn, 0.01, profile::Aggregate::mean, 95, 78, 78,
     608.1029755457},
};

EvaluateOptions options_of(const Row& row) {
  EvaluateOptions options;
  options.roles.class_column = "Metadata_moa";
  options.roles.batch_from_plate = "^[^_]+";
  options.roles.control = "Metadata_Compound=DMSO";
  options.normalize.method = row.method;
  options.normalize.lambda = row.lambda;
  options.aggregate = row.aggregate;
  options.single_batch_classes = {"Cholesterol-lowering", "Kinase inhibitors"};
  return options;
}

class Bbbc021 : public testing::TestWithParam<Row> {};

TEST_P(Bbbc021, RowOfTheTable) {
  const auto data = test_data();
  if (!data) GTEST_SKIP() << no_data_reason;
  const auto path = *data / "bbbc021" / "BBBC021_feature_selected_mad_robustize.csv";
  const Row& row = GetParam();
  const auto profiles = profile::read_profile_csv(path);
  ASSERT_EQ(profiles.size(), 632u);
  ASSERT_EQ(profiles.features.size(), 189u);
  EXPECT_TRUE(profiles.dropped.empty());
  const auto result = evaluate_profiles(profiles, options_of(row), path.string());
  EXPECT_EQ(result.control_wells, 330u);
  EXPECT_EQ(result.treatments.size(), 103u);
  const std::set<std::string> compounds(result.treatments.compound.begin(), result.treatments.compound.end());
  EXPECT_EQ(compounds.size(), 38u);
  const std::set<std::string> classes(result.treatments.moa.begin(), result.treatments.moa.end());
  EXPECT_EQ(classes.size(), 12u);
  ASSERT_EQ(result.rules.size(), 3u);
  EXPECT_EQ(result.rules[0].score.correct, row.nsc);
  EXPECT_EQ(result.rules[0].score.total, 103u);
  EXPECT_EQ(result.rules[1].score.correct, row.disjoint);
  EXPECT_EQ(result.rules[1].score.total, 92u);
  EXPECT_EQ(result.rules[2].score.correct, row.joined);
  EXPECT_EQ(result.rules[2].score.total, 92u);
  EXPECT_NEAR(result.frobenius_norm, row.norm, 1e-6 * row.norm);

  // The classes of one batch are found without being told.
  auto automatic = options_of(row);
  automatic.single_batch_classes = {"auto"};
  const auto again = evaluate_profiles(profiles, automatic, path.string());
  EXPECT_EQ(again.single_batch_classes,
            (std::vector<std::string>{"Cholesterol-lowering", "Kinase inhibitors"}));
  EXPECT_EQ(again.rules[2].score.correct, row.joined);
}

INSTANTIATE_TEST_SUITE_P(Table, Bbbc021, testing::ValuesIn(rows),
                         [](const auto& row) { return row.param.name; });

TEST(Bbbc021Replicates, AgreeWithNumpy) {
  const auto data = test_data();
  if (!data) GTEST_SKIP() << no_data_reason;
  const auto path = *data / "bbbc021" / "BBBC021_feature_selected_mad_robustize.csv";
  const auto plain = evaluate_profiles(profile::read_profile_csv(path), options_of(rows[0]), path.string());
  ASSERT_TRUE(plain.replicate_accuracy);
  EXPECT_EQ(plain.replicate_accuracy->correct, 113u);
  EXPECT_EQ(plain.replicate_accuracy->total, 302u);
  const auto aligned = evaluate_profiles(profile::read_profile_csv(path), options_of(rows[5]), path.string());
  ASSERT_TRUE(aligned.replicate_accuracy);
  EXPECT_EQ(aligned.replicate_accuracy->correct, 100u);
}

// copairs 0.5 on the same table (golden.py beside this file): replicates against DMSO, and classes of the
// mean treatment profiles with positives of another compound.
TEST(Bbbc021Retrieval, AgreesWithCopairs) {
  const auto data = test_data();
  if (!data) GTEST_SKIP() << no_data_reason;
  const auto path = *data / "bbbc021" / "BBBC021_feature_selected_mad_robustize.csv";
  const auto result = evaluate_profiles(profile::read_profile_csv(path), options_of(rows[0]), path.string());
  const auto& figures = result.retrieval;
  ASSERT_TRUE(figures.replicate_map && figures.class_map);
  EXPECT_EQ(figures.replicate_map->groups.size(), 103u);
  EXPECT_NEAR(figures.replicate_map->mean, 0.9072691728000652, 1e-5);
  EXPECT_NEAR(static_cast<double>(figures.replicate_map->significant.correct), 102,
              1);  // random nulls differ
  EXPECT_EQ(figures.class_map->groups.size(), 12u);
  EXPECT_NEAR(figures.class_map->mean, 0.7737611505193532, 1e-5);
}

}  // namespace
}  // namespace cytoscale::evaluate
