// `cytoscale evaluate` as a program, on small hand-made profiles.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>

#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "core/text/text.hpp"
#include "test_support.hpp"

namespace cytoscale::evaluate {
namespace {

// Batches (plate names W1_…, W2_…) with two controls each; compounds a, b of class x in different batches, c,
// d of class y likewise.
std::string profiles_csv() {
  std::string text =
      "Metadata_Plate,Metadata_Well,Metadata_Compound,Metadata_Concentration,Metadata_moa,u,v,w\n";
  int well = 0;
  const auto add = [&](const std::string& plate, const std::string& compound, const std::string& moa,
                       double u, double v) {
    ++well;
    text += plate + ",A" + std::to_string(well) + "," + compound + ",1," + moa + "," + number_text(u) + "," +
            number_text(v) + "," + number_text(std::sin(well)) + "\n";
  };
  for (const std::string plate : {"W1_1", "W2_1"}) {
    for (const double jitter : {-0.1, 0.1, 0.3}) add(plate, "DMSO", "DMSO", jitter, 0.2 - jitter * jitter);
    for (const double jitter : {-0.1, 0.1}) {
      if (plate == "W1_1") {
        add(plate, "a", "x", 5 + jitter, 1), add(plate, "c", "y", 1, 5 + jitter);
      } else {
        add(plate, "b", "x", 5 + jitter, 1.3), add(plate, "d", "y", 1.3, 5 + jitter);
      }
    }
  }
  return text;
}

std::vector<std::string> arguments(const std::filesystem::path& folder, const std::string& profiles) {
  return {"evaluate",
          "--profiles",
          profiles,
          "--metrics",
          (folder / "metrics.json").string(),
          "--treatment",
          "Metadata_Compound,Metadata_Concentration",
          "--compound",
          "Metadata_Compound",
          "--class",
          "Metadata_moa",
          "--plate",
          "Metadata_Plate",
          "--control",
          "Metadata_Compound=DMSO",
          "--batch-from-plate",
          "^[^_]+"};
}

TEST(EvaluateJob, WritesMetricsMatchesAndTable) {
  const auto folder = fresh_folder("evaluate_job");
  const auto profiles = (folder / "wells.csv").string();
  write_file_atomically(profiles, profiles_csv());
  auto options = arguments(folder, profiles);
  options.insert(options.end(), {"--zprime-positive", "Metadata_Compound=a"});
  std::string first;
  for (const int ranks : {0, 2, 4}) {
    const auto result = run_program(options, ranks);
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_NE(result.output.find("4/4 (100.0 %)"), std::string::npos) << result.output;
    const auto text = read_file(folder / "metrics.json");
    if (first.empty()) first = text;
    EXPECT_EQ(text, first);
  }
  const auto json = nlohmann::json::parse(first);
  for (const char* rule : {"nsc", "nscb_disjoint", "nscb_joined"}) {
    EXPECT_EQ(json[rule]["correct"], 4) << rule;
    EXPECT_EQ(json[rule]["total"], 4) << rule;
  }
  EXPECT_EQ(json["replicate_accuracy"]["total"], 8);
  EXPECT_TRUE(json["z_prime"].is_number());
  EXPECT_EQ(json["provenance"]["job"], "evaluate");
  const auto matches = read_csv(folder / "matches.csv");
  EXPECT_EQ(matches.rows.size(), 4u);
  EXPECT_EQ(matches.rows[0][matches.column("nscb_disjoint_nearest")], "b_1");
}

TEST(EvaluateJob, SweepsLayersAndAddsBaselines) {
  const auto folder = fresh_folder("evaluate_sweep");
  const auto profiles = (folder / "wells.csv").string();
  auto text = profiles_csv();
  text.replace(text.find(",u,v,w\n"), 7, ",net_conv4a_0,net_conv4a_1,net_conv5b_0\n");
  write_file_atomically(profiles, text);
  auto options = arguments(folder, profiles);
  options.insert(options.end(), {"--profile-names", "ours", "--sweep", "--sweep-normalize",
                                 "none,standardize", "--baselines", "pca,factor_analysis", "--components",
                                 "2", "--bootstrap", "200", "--null-size", "200"});
  const auto result = run_program(options);
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_NE(result.output.find("\nfactor_analysis of ours "), std::string::npos) << result.output;
  const auto json = nlohmann::json::parse(read_file(folder / "metrics.json"));
  ASSERT_EQ(json["sweep"].size(), 4u);
  EXPECT_EQ(json["sweep"][1]["layer"], "net_conv4a");
  EXPECT_EQ(json["sweep"][1]["normalize"], "standardize");
  EXPECT_EQ(json["sweep"][0]["nsc"]["correct"], 4);
  ASSERT_EQ(json["compared"].size(), 3u);
  EXPECT_EQ(json["compared"][1]["name"], "pca of ours");
  EXPECT_EQ(json["compared"][1]["features"], 2);
  EXPECT_EQ(json["nsc"]["ci95"].size(), 2u);
  EXPECT_EQ(read_csv(folder / "sweep.csv").rows.size(), 4u);
  EXPECT_EQ(read_csv(folder / "per_class.csv").rows.size(), 2u);
  EXPECT_EQ(read_csv(folder / "retrieval.csv").rows.size(), 6u);
  EXPECT_NE(read_file(folder / "sweep.svg").find("</svg>"), std::string::npos);
}

TEST(EvaluateJob, ComparesSeveralProfiles) {
  const auto folder = fresh_folder("evaluate_compare");
  const auto profiles = (folder / "wells.csv").string();
  write_file_atomically(profiles, profiles_csv());
  auto options = arguments(folder, profiles + "," + profiles);
  options.insert(options.end(),
                 {"--profile-names", "trained,untrained", "--matches", (folder / "m.csv").string()});
  const auto result = run_program(options);
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_TRUE(std::regex_search(result.output, std::regex("profiles +trained +untrained *\n")))
      << result.output;
  const auto json = nlohmann::json::parse(read_file(folder / "metrics.json"));
  ASSERT_EQ(json["compared"].size(), 2u);
  EXPECT_EQ(json["compared"][1]["name"], "untrained");
  EXPECT_EQ(json["compared"][1]["nsc"]["correct"], 4);
  EXPECT_TRUE(std::filesystem::exists(folder / "m.csv"));
}

TEST(EvaluateJob, BadInputEndsWithOneMessage) {
  const auto folder = fresh_folder("evaluate_bad");
  const auto profiles = (folder / "wells.csv").string();
  write_file_atomically(profiles, profiles_csv());
  int ranks = 2;
  const auto fails = [&](const std::string& key, const std::string& value, const std::string& part) {
    auto options = arguments(folder, profiles);
    const auto at = std::find(options.begin(), options.end(), key);
    if (at == options.end()) {
      options.insert(options.end(), {key, value});
    } else {
      at[1] = value;
    }
    const auto result = run_program(options, ranks);
    ranks = 0;  // the others alone, to save time
    EXPECT_EQ(result.exit_code, 2) << key;
    EXPECT_NE(result.errors.find(part), std::string::npos) << result.errors;
    EXPECT_TRUE(ended_at_once(result)) << result.seconds << " s";
  };
  fails("--profiles", (folder / "no.csv").string(), "no.csv");
  fails("--class", "Metadata_Moa", "Did you mean 'Metadata_moa'");
  fails("--compound", "Compound", "no column 'Compound'");
  fails("--control", "DMSO", "COLUMN=VALUE");
  fails("--normalize", "z", "is not one of none, standardize");
  fails("--normalise", "tvn", "Did you mean 'normalize'");
  fails("--batch-from-plate", "(", "is not a regular expression");
  fails("--single-batch-classes", "kinase", "no treatment has the class 'kinase'");
  fails("--profile-names", "a,b", "2 names are given for 1 profiles");
  fails("--baselines", "ica", "Use one of: none, pca");
  fails("--bootstrap", "5", "5 resamples");
  fails("--sweep", "true", "is of no layer");
  fails("--select-features", "varianz", "is no feature selection");
  fails("--trim", "0.6", "below 0.5");
  fails("--transform", "pca", "50 components are asked of 3 features");
  fails("--zprime-train", "Metadata_Plate=W9", "--zprime-train");
}

TEST(EvaluateJob, HelpReadsLikeAManualPage) {
  const auto result = run_program({"evaluate", "--help"});
  EXPECT_EQ(result.exit_code, 0);
  for (const char* word :
       {"NAME", "SYNOPSIS", "--profiles", "--single-batch-classes", "--zprime-train", "--lambda"}) {
    EXPECT_NE(result.output.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace cytoscale::evaluate
