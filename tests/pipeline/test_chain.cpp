#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "copy_job.hpp"
#include "core/error.hpp"
#include "pipeline/chain.hpp"
#include "test_support.hpp"

namespace cytoscale::pipeline {
namespace {

using Words = std::vector<std::string>;

// start -> first -> second; `second` reads the column Metadata_Compound of the screen.
class ChainTest : public testing::Test {
 protected:
  explicit ChainTest() : folder_(fresh_folder("chain")) {
    screen_.channels = {"DNA"};
    screen_.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site", "Metadata_Compound"};
    screen_.fields.push_back({"P", "A1", "1", {"P", "A1", "1", "taxol"}, {{folder_ / "none.tif", 0}}});
    write("start", "a");
  }

  void TearDown() override { world().barrier(); }  // the next test empties the folder

  void write(const std::string& file, const std::string& text) {
    mpi::on_root(world(), [&] { write_file_atomically(folder_ / file, text); });
    world().barrier();
  }

  Chain chain() {
    auto second = std::make_unique<CopyJob>("second", "first", done_);
    second->use.columns = {"Metadata_Compound"};
    std::vector<Stage> stages;
    stages.push_back({"first", std::make_unique<CopyJob>("first", "start", done_)});
    stages.push_back({"second", std::move(second)});
    stages.back().when_reads_changed = {{"retrain", "other"}};
    return Chain(std::move(stages));
  }

  // What is done of a chain with these options.
  Words run(const std::map<std::string, std::string>& values = {}, bool explain = false) {
    auto made = chain();
    made.assign({{"output", folder_.string()}});
    made.assign(values);
    made.resolve();
    done_.clear();
    made.run(quiet(), {screen_, folder_, ImageDigest::stat}, explain);
    return done_;
  }

  std::filesystem::path folder_;
  screen::Screen screen_;
  Words done_;
};

// A chain's job asks the options that it shares with its stages for their files, those of all stages.
TEST_F(ChainTest, OptionsOfStagesThatAreLeftOutCanStillBeAsked) {
  auto made = chain();
  cli::OptionSet shared;
  made.share(shared);
  made.assign({{"output", folder_.string()}, {"first-to", "one"}, {"second-to", "two"}});
  made.leave_out("first");
  made.end_at("second", "--until");
  const std::vector<std::pair<std::string, cli::Paths>> expected = {{"first-to", {"one"}},
                                                                    {"second-to", {"two"}}};
  EXPECT_EQ(shared.files(cli::OptionKind::output), expected);
}

TEST_F(ChainTest, WhatIsCompleteIsSkipped) {
  EXPECT_EQ(run(), (Words{"first", "second"}));
  EXPECT_EQ(read_file(folder_ / "second"), "a..");
  EXPECT_EQ(run(), Words{});
}

TEST_F(ChainTest, AnOptionConcernsTheStagesThatHaveIt) {
  run();
  EXPECT_EQ(run({{"second-note", "x"}}), (Words{"second"}));
  EXPECT_EQ(run({{"first-note", "x"}, {"second-note", "x"}}), (Words{"first"})) << "its output is the same";
  EXPECT_EQ(run({{"first-note", "x"}, {"second-note", "x"}, {"word", "!"}}), (Words{"first", "second"}));
  EXPECT_EQ(run({{"first-note", "x"}, {"second-note", "x"}, {"word", "!"}, {"model", "elsewhere"}}), Words{})
      << "where, not what";
}

TEST_F(ChainTest, AStageIsDoneAnewWhereWhatItReadsHasChanged) {
  run();
  write("start", "b");
  EXPECT_EQ(run(), (Words{"first", "second:other"}));
  EXPECT_EQ(read_file(folder_ / "second"), "b..");
  write("start", "b");
  EXPECT_EQ(run(), Words{}) << "another file of the same content";
  screen_.fields.change([](FieldId f, screen::Field& field) {
    if (f == 0) field.metadata[3] = "nocodazole";
  });
  EXPECT_EQ(run(), (Words{"second:other"}));
  screen_.metadata_columns[3] = "Metadata_Dose";
  EXPECT_EQ(run(), (Words{"second:other"})) << "the column is not there any more";
}

TEST_F(ChainTest, AStageIsDoneAnewWhereItsOutputIsNotAsItLeftIt) {
  run();
  write("second", "tampered");
  EXPECT_EQ(run(), (Words{"second"}));
  mpi::on_root(world(), [&] { std::filesystem::remove(folder_ / "first"); });
  world().barrier();
  EXPECT_EQ(run(), (Words{"first"})) << "what it then writes is what second has read";
  mpi::on_root(world(), [&] { std::filesystem::remove(folder_ / "state" / "second.json"); });
  world().barrier();
  EXPECT_EQ(run(), (Words{"second"}));
}

TEST_F(ChainTest, AllAreAskedBeforeTheFirstIsDone) {
  const auto outcome = [&](const std::string& needs) {
    auto second = std::make_unique<CopyJob>("second", "first", done_);
    second->needs = needs;
    std::vector<Stage> stages;
    stages.push_back({"first", std::make_unique<CopyJob>("first", "start", done_)});
    stages.push_back({"second", std::move(second)});
    Chain made(std::move(stages));
    made.assign({{"output", folder_.string()}});
    made.resolve();
    done_.clear();
    return message_of([&] { made.run(quiet(), {screen_, folder_, ImageDigest::stat}, false); });
  };
  EXPECT_THAT(outcome("third"), testing::HasSubstr("nobody makes third"));
  EXPECT_EQ(done_, Words{});
  EXPECT_EQ(outcome("first"), "no error");
  EXPECT_EQ(done_, (Words{"first", "second"}));
}

TEST_F(ChainTest, ExplainingDoesNothing) {
  EXPECT_EQ(run({}, true), Words{});
  EXPECT_FALSE(std::filesystem::exists(folder_ / "first"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "state"));
}

TEST_F(ChainTest, AStageThatIsAlwaysDoneNeedsNoReason) {
  for (int time = 0; time < 2; ++time) {
    std::vector<Stage> stages;
    stages.push_back({"first", std::make_unique<CopyJob>("first", "start", done_)});
    stages.back().always = "it ends the run";
    Chain made(std::move(stages));
    made.assign({{"output", folder_.string()}});
    made.resolve();
    done_.clear();
    made.run(quiet(), {screen_, folder_, ImageDigest::stat}, false);
    EXPECT_EQ(done_, (Words{"first"}));
  }
}

TEST_F(ChainTest, AnErrorOfAStageEndsTheChainAndLeavesItStale) {
  run();
  write("start", "c");
  mpi::on_root(world(), [&] { std::filesystem::create_directory(folder_ / "wall"); });
  EXPECT_THROW(run({{"second-to", (folder_ / "wall").string()}}), Error);
  EXPECT_EQ(read_file(folder_ / "first"), "c.");
  EXPECT_EQ(run(), (Words{"second:other"}));
}

TEST_F(ChainTest, OneKeyIsSetInAllStagesThatKnowIt) {
  auto made = chain();
  cli::OptionSet options;
  std::string own;
  options.add("model", own, "the run's own");
  made.share(options);
  Words keys;
  for (const auto& option : options.options()) keys.push_back(option.key);
  // Those of several jobs first.
  EXPECT_EQ(keys, (Words{"model", "output", "word", "profiles", "retrain", "first-from", "first-to",
                         "first-note", "second-from", "second-to", "second-note"}));
  EXPECT_EQ(options.find("word")->group, "Options");
  EXPECT_EQ(options.find("second-note")->group, "second: Options");
  options.assign({{"output", folder_.string()}, {"word", "+"}, {"model", "m"}, {"second-note", "n"}});
  EXPECT_EQ(own, "m");
  made.resolve();
  made.run(quiet(), {screen_, folder_, ImageDigest::stat}, false);
  EXPECT_EQ(read_file(folder_ / "second"), "a++");
}

TEST_F(ChainTest, WhatTheChainDecidesStandsAboveWhatIsGiven) {
  auto made = chain();
  made.assign({{"output", folder_.string()}, {"word", "+"}});
  made.fix("second", {{"word", "-"}});
  made.fix("third", {{"word", "?"}});
  made.resolve();
  made.run(quiet(), {screen_, folder_, ImageDigest::stat}, false);
  EXPECT_EQ(read_file(folder_ / "second"), "a+-");
}

TEST_F(ChainTest, EndsWhereItIsTold) {
  auto made = chain();
  EXPECT_THAT(message_of([&] { made.end_at("third", "--until"); }),
              testing::AllOf(testing::HasSubstr("'third'"), testing::HasSubstr("first, second"),
                             testing::HasSubstr("--until")));
  made.end_at("first", "--until");
  EXPECT_EQ(made.labels(), (Words{"first"}));
  auto other = chain();
  other.leave_out("first");
  EXPECT_EQ(other.labels(), (Words{"second"}));
}

}  // namespace
}  // namespace cytoscale::pipeline
