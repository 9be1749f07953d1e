// The whole evaluation on hand-made wells, and its files and text.
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "report/evaluation_files.hpp"
#include "report/evaluation_text.hpp"
#include "test_support.hpp"

namespace cytoscale::evaluate {
namespace {

// Two batches (plates) of: 3 negative controls, 2 positive ones, compounds a, b (class x) and c, d (class y).
profile::ProfileTable wells() {
  profile::ProfileTable table;
  table.metadata.columns = {"Metadata_Plate",   "Metadata_Compound", "Metadata_Concentration",
                            "Metadata_Control", "Metadata_MOA",      "Metadata_Batch"};
  std::vector<std::array<double, 2>> values;
  const auto add = [&](const std::string& batch, const std::string& compound, const std::string& control,
                       const std::string& moa, double u, double v) {
    table.metadata.rows.push_back({"P" + batch, compound, "1", control, moa, batch});
    values.push_back({u, v});
  };
  for (const std::string batch : {"1", "2"}) {
    const double shift = batch == "1" ? 0 : 0.05;
    for (const double jitter : {-0.01, 0.0, 0.01})
      add(batch, "DMSO", "negcon", "DMSO", jitter, shift - jitter * jitter);
    for (const double jitter : {-0.02, 0.02}) add(batch, "taxol", "poscon", "x", 9 + shift, 5 + jitter);
    add(batch, "a", "trt", "x", 1, 0.1 + shift);
    add(batch, "b", "trt", "x", 1, 0.2 + shift);
    add(batch, "c", "trt", "y", 0.1, 1 + shift);
    add(batch, "d", "trt", "y", 0.2, 1 + shift);
  }
  table.features = {"u", "v"};
  table.values.resize(static_cast<Eigen::Index>(values.size()), 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    table.values.row(static_cast<Eigen::Index>(i)) << values[i][0], values[i][1];
  }
  return table;
}

void replace(profile::ProfileTable& table, const std::string& column,
             const std::function<std::string(const std::string&)>& by) {
  const auto index = table.metadata.column(column);
  table.metadata.rows.set_column(index, table.metadata.rows.column(index).changed(
                                            [&](std::string_view text) { return by(std::string(text)); }));
}

void rename(profile::ProfileTable& table, const std::string& column, const std::string& name) {
  table.metadata.columns[table.metadata.column(column)] = name;
}

std::string error_of(const profile::ProfileTable& table, const EvaluateOptions& options) {
  return message_of([&] { evaluate_profiles(table, options, "wells.csv"); });
}

bool noted(const Evaluation& evaluation, const std::string& part) {
  for (const auto& note : evaluation.notes) {
    if (note.find(part) != std::string::npos) return true;
  }
  return false;
}

TEST(Evaluation, AllMetricsApply) {
  const EvaluateOptions options;
  const auto result = evaluate_profiles(wells(), options, "wells.csv");
  EXPECT_EQ(result.wells, 18u);
  EXPECT_EQ(result.control_wells, 6u);
  ASSERT_EQ(result.treatments.size(), 5u);
  EXPECT_EQ(result.treatments.wells[0], 4u);  // taxol
  ASSERT_TRUE(result.rule(MatchRule::nsc));
  EXPECT_EQ(result.rule(MatchRule::nsc)->score.correct, 5u);
  EXPECT_FALSE(result.rule(MatchRule::nscb_disjoint));  // every treatment is in both batches
  EXPECT_TRUE(noted(result, "NSCB disjoint does not apply"));
  ASSERT_TRUE(result.replicate_accuracy);
  EXPECT_EQ(result.replicate_accuracy->total, 12u);
  ASSERT_FALSE(result.gene_accuracy);  // one treatment per compound
  ASSERT_TRUE(result.z_prime);
  EXPECT_GT(result.z_prime->value, 0.9);
  EXPECT_FALSE(result.z_prime->held_out);
}

TEST(Evaluation, FilesHoldWhatApplies) {
  EvaluateOptions options;
  options.zprime.train = {"Metadata_Batch=1"};
  const auto result = evaluate_profiles(wells(), options, "wells.csv");
  const auto json = report::metrics_json(result, options);
  EXPECT_EQ(
      json["nsc"],
      (nlohmann::json{
          {"correct", 5}, {"total", 5}, {"accuracy", 1.0}, {"ci95", nlohmann::json::array({1.0, 1.0})}}));
  EXPECT_EQ(json["per_class"]["nsc"]["y"]["total"], 2);
  EXPECT_EQ(json["map_replicates"]["groups"], 5);
  EXPECT_EQ(json["percent_replicating"]["total"], 5);
  EXPECT_TRUE(json["enrichment"]["p_value"].is_number());
  const auto classes = report::class_table(result);
  ASSERT_EQ(classes.rows.size(), 2u);
  EXPECT_EQ(classes.rows[0][classes.column("class")], "x");
  EXPECT_EQ(classes.rows[0][classes.column("nsc_n")], "3");
  EXPECT_EQ(classes.rows[0][classes.column("nsc_correct")], "3");
  const auto retrieval = report::retrieval_table(result);
  ASSERT_EQ(retrieval.rows.size(), 7u);  // five treatments, two classes
  EXPECT_EQ(retrieval.rows[1][retrieval.column("name")], "a_1");
  EXPECT_EQ(retrieval.rows[6][retrieval.column("kind")], "class");
  EXPECT_FALSE(json.contains("nscb_disjoint"));
  EXPECT_FALSE(json.contains("gene_accuracy"));
  EXPECT_TRUE(json["z_prime"].is_number());
  EXPECT_EQ(json["z_prime_detail"]["held_out"], true);
  EXPECT_EQ(json["z_prime_detail"]["negative_wells_scored"], 3);
  EXPECT_EQ(json["confusion"]["nsc"]["classes"], (std::vector<std::string>{"x", "y"}));
  const auto table = report::matches_table(result);
  EXPECT_EQ(table.columns[5], "nsc_nearest");
  ASSERT_EQ(table.rows.size(), 5u);
  EXPECT_EQ(table.rows[1][table.column("treatment")], "a_1");
  EXPECT_EQ(table.rows[1][table.column("batches")], "1;2");
  EXPECT_EQ(table.rows[1][table.column("nsc_class")], "x");
  EXPECT_EQ(table.rows[1][table.column("nsc_correct")], "1");
}

TEST(Evaluation, TextShowsScoresAndConfusion) {
  const auto result = evaluate_profiles(wells(), {}, "wells.csv");
  const auto text = report::score_text({{"trained", result}, {"untrained", result}});
  EXPECT_NE(text.find("untrained"), std::string::npos);
  EXPECT_NE(text.find("5/5 (100.0 %)"), std::string::npos);
  EXPECT_EQ(text.find("NSCB"), std::string::npos);  // columns that apply to none are not shown
  const auto confusion = report::confusion_text(result.treatments, *result.rule(MatchRule::nsc));
  EXPECT_NE(confusion.find("NSC: rows are the true class"), std::string::npos);
  EXPECT_NE(confusion.find("   3   ."), std::string::npos);
}

TEST(Evaluation, GeneScreenWithoutClasses) {
  auto table = wells();
  rename(table, "Metadata_Compound", "Metadata_Gene");
  rename(table, "Metadata_Concentration", "Metadata_Allele");
  rename(table, "Metadata_MOA", "Metadata_Note");
  replace(table, "Metadata_Gene", [](auto gene) { return gene == "b" ? "a" : gene == "d" ? "c" : gene; });
  for (std::size_t i = 0; i < table.size(); ++i) {  // a allele 1 and 2, c allele 1 and 2
    table.metadata.rows.set(i, 2, std::to_string(i % 9 == 6 || i % 9 == 8 ? 2 : 1));
  }
  EvaluateOptions options;
  options.roles.compound = "Metadata_Gene";
  options.roles.treatment = {"Metadata_Gene", "Metadata_Allele"};
  const auto result = evaluate_profiles(table, options, "wells.csv");
  EXPECT_TRUE(result.rules.empty());
  EXPECT_TRUE(noted(result, "no column Metadata_MOA"));
  ASSERT_TRUE(result.gene_accuracy);
  EXPECT_EQ(result.gene_accuracy->total, 4u);
  EXPECT_EQ(result.gene_accuracy->correct, 4u);
}

TEST(Evaluation, OneBatchHasNoNscb) {
  auto table = wells();
  replace(table, "Metadata_Batch", [](auto) { return "1"; });
  const auto result = evaluate_profiles(table, {}, "wells.csv");
  EXPECT_EQ(result.single_batch_classes, (std::vector<std::string>{"x", "y"}));
  ASSERT_EQ(result.rules.size(), 1u);
  EXPECT_EQ(result.rules[0].rule, MatchRule::nsc);
}

TEST(Evaluation, OneClassCannotBeMissed) {
  auto table = wells();
  replace(table, "Metadata_MOA", [](auto) { return "x"; });
  const auto result = evaluate_profiles(table, {}, "wells.csv");
  EXPECT_TRUE(result.rules.empty());
  EXPECT_TRUE(noted(result, "all treatments are of one class"));
}

TEST(Evaluation, ColumnsThatTheUserNamesMustExist) {
  EvaluateOptions options;
  options.roles.class_column = "Metadata_Moa";
  EXPECT_NE(error_of(wells(), options).find("Did you mean 'Metadata_MOA'"), std::string::npos);
  options = {};
  options.roles.batch = "Metadata_Btach";
  EXPECT_NE(error_of(wells(), options).find("Did you mean 'Metadata_Batch'"), std::string::npos);
  options = {};
  options.roles.treatment = {"Metadata_Compound", "Metadata_Dose"};
  EXPECT_NE(error_of(wells(), options).find("no column 'Metadata_Dose'"), std::string::npos);
  options = {};
  options.roles.control = "Metadata_Compound=dmso";
  EXPECT_NE(error_of(wells(), options).find("Metadata_Compound=dmso"), std::string::npos);
  options = {};
  options.zprime.positive = "Metadata_Compound=taxole";
  EXPECT_NE(error_of(wells(), options).find("--zprime-positive"), std::string::npos);
  options = {};
  options.roles.batch_from_plate = "^Q";
  EXPECT_NE(error_of(wells(), options).find("does not match"), std::string::npos);
}

TEST(Evaluation, ContradictionsAreNamed) {
  EvaluateOptions options;
  options.single_batch_classes = {"z"};
  EXPECT_NE(error_of(wells(), options).find("no treatment has the class 'z'"), std::string::npos);
  options.single_batch_classes = {"auto", "x"};
  EXPECT_NE(error_of(wells(), options).find("Use auto alone"), std::string::npos);
  auto table = wells();
  table.metadata.rows.set(5, table.metadata.column("Metadata_MOA"),
                          "y");  // a is of class x in the other batch
  EXPECT_NE(error_of(table, {}).find("treatment 'a_1' has two values of Metadata_MOA: 'y' and 'x'"),
            std::string::npos);
  auto all_controls = wells();
  replace(all_controls, "Metadata_Control", [](auto) { return "negcon"; });
  EXPECT_NE(error_of(all_controls, {}).find("every well is a control"), std::string::npos);
}

TEST(Evaluation, NormalizingNeedsControls) {
  auto table = wells();
  replace(table, "Metadata_Control", [](auto) { return "trt"; });
  EXPECT_EQ(error_of(table, {}), "no error");
  EvaluateOptions options;
  options.normalize.method = profile::Normalization::standardize;
  EXPECT_NE(error_of(table, options).find("there are no negative controls"), std::string::npos);
}

}  // namespace
}  // namespace cytoscale::evaluate
