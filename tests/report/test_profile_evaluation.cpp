#include "report/profile_evaluation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "test_support.hpp"

namespace cytoscale::report {
namespace {

using Files = std::vector<std::filesystem::path>;

TEST(ProfileEvaluation, NormalizedProfilesStandBesideThoseThatAreNot) {
  const auto folder = fresh_folder("before_normalization");
  const auto profiles = (folder / "profiles.h5ad").string();
  EXPECT_EQ(before_normalization(profiles), profiles) << "there are no others";
  write_file_atomically(folder / "wells.h5ad", "x");
  EXPECT_EQ(before_normalization(profiles), (folder / "wells.h5ad").string());
  EXPECT_EQ(before_normalization((folder / "mine.h5ad").string()), (folder / "mine.h5ad").string());
}

TEST(ProfileEvaluation, ReadsWhatSweepAndBaselinesStartFrom) {
  const auto folder = fresh_folder("evaluation_files");
  write_file_atomically(folder / "wells.h5ad", "x");
  ProfileEvaluation evaluation;
  evaluation.resolve(folder, folder / "metrics.json");
  EXPECT_EQ(evaluation.files(), (Files{folder / "profiles.h5ad"}));
  evaluation.sweep.wanted = true;
  evaluation.baselines.transforms = {"pca"};
  EXPECT_EQ(evaluation.files(), (Files{folder / "profiles.h5ad", folder / "wells.h5ad"}));
  evaluation.sweep.profiles = {"layers.h5ad"};
  evaluation.baselines.profiles = "other.csv";
  EXPECT_EQ(evaluation.files(), (Files{folder / "profiles.h5ad", "layers.h5ad", "other.csv"}));
}

TEST(ProfileEvaluation, NamesAndWordsAreJudgedFirst) {
  const auto refusal = [](auto change) {
    ProfileEvaluation evaluation;
    change(evaluation);
    return message_of([&] { evaluation.resolve("out", "out/metrics.json"); });
  };
  EXPECT_EQ(refusal([](auto&) {}), "no error");
  EXPECT_THAT(refusal([](auto& e) { e.names = {"a", "b"}; }), testing::HasSubstr("--profile-names"));
  EXPECT_THAT(refusal([](auto& e) { e.baselines.transforms = {"none"}; }), testing::HasSubstr("--baselines"));
  EXPECT_THAT(refusal([](auto& e) { e.baselines.transforms = {"ica"}; }), testing::HasSubstr("'ica'"));
  EXPECT_THAT(refusal([](auto& e) { e.sweep.normalizations = {"log"}; }), testing::HasSubstr("'log'"));
}

// Two classes of two compounds each, far apart: every nearest neighbor of another compound is right.
TEST(ProfileEvaluation, WritesWhatItFinds) {
  const auto folder = fresh_folder("evaluation_written");
  std::string csv =
      "Metadata_Plate,Metadata_Well,Metadata_Compound,Metadata_Concentration,Metadata_Class,f,g\n";
  int well = 0;
  for (const auto& [compound, group, f, g] :
       std::vector<std::tuple<const char*, const char*, const char*, const char*>>{
           {"a", "x", "5", "0.1"}, {"b", "x", "5", "0.2"}, {"c", "y", "0.1", "5"}, {"d", "y", "0.2", "5"}})
    csv += std::string("P,A") + std::to_string(++well) + "," + compound + ",1," + group + "," + f + "," + g +
           "\n";
  write_file_atomically(folder / "profiles.csv", csv);
  ProfileEvaluation evaluation;
  evaluation.profiles = {(folder / "profiles.csv").string(), (folder / "profiles.csv").string()};
  evaluation.names = {"one", "two"};
  evaluation.evaluate.roles.class_column = "Metadata_Class";
  evaluation.evaluate.roles.treatment = {"Metadata_Compound"};
  evaluation.evaluate.bootstrap.resamples = 0;
  evaluation.evaluate.retrieval.wanted = false;
  evaluation.resolve(folder, folder / "metrics.json");
  Log log(0, 1, true);
  const auto text = evaluation.write(folder / "metrics.json", {{"job", "evaluate"}}, log);
  EXPECT_THAT(text, testing::AllOf(testing::HasSubstr("one"), testing::HasSubstr("4/4")));
  const auto metrics = nlohmann::json::parse(read_file(folder / "metrics.json"));
  EXPECT_EQ(metrics["nsc"]["correct"], 4);
  EXPECT_EQ(metrics["compared"].size(), 2u);
  EXPECT_EQ(metrics["provenance"]["job"], "evaluate");
  EXPECT_TRUE(std::filesystem::exists(folder / "matches.csv"));
  EXPECT_FALSE(std::filesystem::exists(folder / "sweep.csv"));
}

}  // namespace
}  // namespace cytoscale::report
