#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "painted_screen.hpp"
#include "preflight/check_screen.hpp"

namespace cytoscale::preflight {
namespace {
namespace fs = std::filesystem;
using testing::EndsWith;
using testing::HasSubstr;

CheckOptions options_for(const fs::path& folder) {
  CheckOptions options;
  options.output = folder;
  options.threads = 2;
  options.manifest.manifest = folder / "screen.csv";
  options.plan = folder / "plan.json";
  return options;
}

TEST(CheckScreen, PrintsThePlanAndWritesTheSame) {
  auto options = options_for(painted_screen("fine"));
  options.ranks = 2;
  options.expected_cells = 11;
  std::ostringstream out;
  check_screen(options, out);
  EXPECT_THAT(out.str(), EndsWith("no problem found\n"));
  EXPECT_THAT(out.str(), HasSubstr("plan for 2 ranks"));
  const auto json = nlohmann::json::parse(read_file(options.plan));
  EXPECT_EQ(json["screen"]["cells"], 44);
  EXPECT_EQ(json["screen"]["cells_counted"], false);
  EXPECT_EQ(json["ranks"].size(), 2u);
  EXPECT_TRUE(json["problems"].empty());
}

TEST(CheckScreen, AScreenOfOneBatchIsNotedAndPasses) {
  auto options = options_for(painted_screen("one_batch"));
  options.roles.batch = "Metadata_Compound";
  std::ostringstream out;
  check_screen(options, out);
  EXPECT_THAT(out.str(), HasSubstr("\nnote: "));
  EXPECT_THAT(out.str(), testing::Not(HasSubstr("problem: ")));
  EXPECT_THAT(out.str(), EndsWith("no problem found; 1 note\n"));
  const auto json = nlohmann::json::parse(read_file(options.plan));
  EXPECT_TRUE(json["problems"].empty());
  EXPECT_EQ(json["notes"].size(), 1u);
}

TEST(CheckScreen, EachProblemOnceAndThePlanIsWrittenAllTheSame) {
  const auto folder = painted_screen("problems");
  fs::remove(folder / "P1A1_DNA.tif");
  auto options = options_for(folder);
  options.found.problems = {"a.cfg:3: unknown key", "a.cfg:3: unknown key"};
  std::ostringstream out;
  EXPECT_THAT(message_of([&] { check_screen(options, out); }), HasSubstr("2 problems found"));
  EXPECT_THAT(out.str(), HasSubstr("problem: a.cfg:3: unknown key\nproblem: "));
  const auto json = nlohmann::json::parse(read_file(options.plan));
  ASSERT_EQ(json["problems"].size(), 2u);
  EXPECT_THAT(json["problems"][1].get<std::string>(), HasSubstr("P1A1_DNA.tif"));
  EXPECT_EQ(json["stages"].size(), 7u);
}

TEST(CheckScreen, AManifestThatIsNoneIsAProblemWithoutAPlan) {
  auto options = options_for(fresh_folder("none"));
  std::ostringstream out;
  EXPECT_THAT(message_of([&] { check_screen(options, out); }), HasSubstr("1 problem found"));
  const auto json = nlohmann::json::parse(read_file(options.plan));
  EXPECT_FALSE(json.contains("screen"));
  EXPECT_EQ(json["problems"].size(), 1u);
}

TEST(CheckScreen, WrongOptionsAreProblems) {
  CheckOptions options;
  options.ranks = 0;
  options.roles.control = "negcon";
  options.validate_options();
  ASSERT_EQ(options.found.problems.size(), 2u);
  EXPECT_THAT(options.found.problems[0], HasSubstr("--ranks"));
  EXPECT_THAT(options.found.problems[1], HasSubstr("negcon"));
}

}  // namespace
}  // namespace cytoscale::preflight
