#include <gtest/gtest.h>

#include <cstdlib>

#include "cli/command_line.hpp"
#include "cli/manual_page.hpp"
#include "core/error.hpp"
#include "core/system/files.hpp"
#include "test_support.hpp"

namespace cytoscale::cli {
namespace {

class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest() {
    options_.add("seed", seed_, "");
    options_.add("treatment", treatment_, "");
    options_.add("verbose", verbose_, "");
  }
  CommandLine parse(const std::vector<std::string>& arguments, std::vector<std::string>* problems = nullptr) {
    return parse_command_line(arguments, options_, {"seed", "treatment", "verbose", "crop-size"}, problems);
  }
  std::string refusal(const std::vector<std::string>& arguments) {
    return message_of([&] { parse(arguments); });
  }
  static std::string config(const std::string& text) {
    const auto file = fresh_folder("config") / "a.cfg";
    write_file_atomically(file, text);
    return file.string();
  }

  OptionSet options_;
  std::uint64_t seed_ = 0;
  std::string treatment_;
  bool verbose_ = false;
};

TEST_F(CommandLineTest, CommandLineOverridesTheFile) {
  const auto file =
      config("# an experiment\nseed = 1\ntreatment = Metadata_Gene  # behind\ncrop-size = 64\n\n");
  const auto line = parse({"--config", file, "--seed", "2", "--verbose"});
  EXPECT_EQ(line.values.at("seed"), "2");
  EXPECT_EQ(line.values.at("treatment"), "Metadata_Gene");
  EXPECT_EQ(line.values.at("crop-size"), "64");  // another job's key
  EXPECT_EQ(line.values.at("verbose"), "true");
}

TEST_F(CommandLineTest, UnknownKeysAreRefusedWithTheNearest) {
  EXPECT_NE(refusal({"--sed", "1"}).find("Did you mean 'seed'"), std::string::npos);
  const auto message = refusal({"--config", config("seed = 1\ntreatmnet = x\n")});
  EXPECT_NE(message.find("a.cfg:2"), std::string::npos);
  EXPECT_NE(message.find("Did you mean 'treatment'"), std::string::npos);
  EXPECT_NE(refusal({"stray"}).find("'stray'"), std::string::npos);
  EXPECT_NE(refusal({"--crop-size", "3"}).find("no option --crop-size"),
            std::string::npos);  // not of this job
  EXPECT_NE(refusal({"--config", "/no/such.cfg"}).find("/no/such.cfg"), std::string::npos);
}

TEST_F(CommandLineTest, AFilesProblemsAreListedTogetherWhereAsked) {
  std::vector<std::string> problems;
  const auto line = parse({"--config", config("sede = 1\nnonsense\nseed = 1\nseed = 2\n")}, &problems);
  EXPECT_EQ(problems.size(), 3u);
  EXPECT_EQ(line.values.at("seed"), "1");
}

TEST_F(CommandLineTest, AHashWithinAValueBelongsToIt) {
  const auto line = parse({"--config", config("treatment = plate#1 # a comment\n  # another\n")});
  EXPECT_EQ(line.values.at("treatment"), "plate#1");
}

TEST_F(CommandLineTest, ABadValueOfTheFileIsBlamedWithItsLine) {
  const auto file = config("treatment = x\nseed = much\n");
  const auto line = parse({"--config", file, "--treatment", "y"});
  const auto message = message_of([&] { options_.assign(line.values, nullptr, line.from); });
  EXPECT_NE(message.find("a.cfg:2"), std::string::npos) << message;
  EXPECT_NE(message.find("--seed"), std::string::npos) << message;
  EXPECT_EQ(line.from.count("treatment"), 0u);  // the command line's
}

TEST_F(CommandLineTest, TheStrayWordIsBlamedAndNoOther) {
  EXPECT_NE(refusal({"--seed", "1", "stray"}).find("'stray'"), std::string::npos);
}

TEST_F(CommandLineTest, WordsWithoutAnOptionGoWhereTheyAreAskedFor) {
  std::vector<std::string> files;
  options_.add("files", files, "").value("FILE").rest();
  options_.assign(parse({"a.h5", "--seed", "1", "b, c.h5"}).values);
  EXPECT_EQ(files, (std::vector<std::string>{"a.h5", "b, c.h5"}));
  options_.assign(parse({"--files", "d.h5,e.h5"}).values);
  EXPECT_EQ(files, (std::vector<std::string>{"d.h5", "e.h5"}));
  EXPECT_NE(refusal({"--files", "d.h5", "e.h5"}).find("Give one of both"), std::string::npos);
  EXPECT_NE(manual_page({"verify", "", ""}, options_).find("cytoscale verify FILE ... [--config FILE]"),
            std::string::npos);
}

TEST_F(CommandLineTest, EnvironmentVariablesInTheFile) {
  setenv("CYTOSCALE_TEST_VARIABLE", "here", 1);
  const auto line =
      parse({"--config", config("treatment = ${CYTOSCALE_TEST_VARIABLE}/x/${CYTOSCALE_UNSET:-there}\n")});
  EXPECT_EQ(line.values.at("treatment"), "here/x/there");
  EXPECT_NE(refusal({"--config", config("treatment = ${CYTOSCALE_UNSET}\n")}).find("CYTOSCALE_UNSET"),
            std::string::npos);
}

}  // namespace
}  // namespace cytoscale::cli
