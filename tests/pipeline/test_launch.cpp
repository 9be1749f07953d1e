#include "pipeline/launch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "copy_job.hpp"
#include "core/error.hpp"
#include "test_support.hpp"

namespace cytoscale::pipeline {
namespace {

class LaunchTest : public testing::Test {
 protected:
  void TearDown() override { world().barrier(); }

  int launch_with(const std::vector<std::string>& arguments) {
    done_.clear();
    const auto make_jobs = [this] {
      Jobs jobs;
      jobs.push_back(std::make_unique<CopyJob>("first", "start", done_));
      jobs.push_back(std::make_unique<CopyJob>("second", "first", done_));
      return jobs;
    };
    return launch(arguments, world(), {make_jobs});
  }
  std::vector<std::string> done_;
};

TEST_F(LaunchTest, RunsTheJobWithItsOptions) {
  const auto folder = fresh_folder("launch");
  mpi::on_root(world(), [&] { write_file_atomically(folder / "start", "a"); });
  EXPECT_EQ(launch_with({"first", "--output", folder.string(), "--word", "b"}), exit_success);
  EXPECT_EQ(done_, std::vector<std::string>{"first"});
  world().barrier();
  EXPECT_EQ(read_file(folder / "first"), "ab");
  world().barrier();
}

// Wherever a job writes, nobody else does meanwhile; a folder by two names is one.
TEST_F(LaunchTest, LocksTheFoldersOfItsOutputs) {
  const auto folder = fresh_folder("launch_locks");
  const auto locked = [&](const std::filesystem::path& output, const std::filesystem::path& to) {
    CopyJob job("first", "start", done_);
    job.options().assign({{"output", output.string()}, {"first-to", to.string()}});
    job.resolve();
    return job.locked_folders();
  };
  const auto here = std::filesystem::relative(folder);
  EXPECT_EQ(locked(here, {}), cli::Paths{here});
  EXPECT_EQ(locked(here, folder / "below" / "file"), cli::Paths{here});
  EXPECT_EQ(locked(here, folder / "below" / ".." / "file"), cli::Paths{here});
  EXPECT_EQ(locked(here / "one", folder / "two" / "file"), cli::Paths{folder / "two"});
  EXPECT_EQ(locked({}, "file"), cli::Paths{"."});
}

TEST_F(LaunchTest, HelpRunsNothing) {
  EXPECT_EQ(launch_with({"second", "--help"}), exit_success);
  EXPECT_EQ(launch_with({"--version"}), exit_success);
  EXPECT_EQ(launch_with({"-V"}), exit_success);
  EXPECT_EQ(launch_with({"help", "second"}), exit_success);
  EXPECT_EQ(launch_with({"completion", "zsh"}), exit_success);
  EXPECT_EQ(launch_with({}), exit_input_error);
  EXPECT_TRUE(done_.empty());
}

TEST_F(LaunchTest, WhatDoesNotFitIsNamed) {
  EXPECT_THAT(message_of([&] { launch_with({"frist"}); }), testing::HasSubstr("Did you mean 'first'?"));
  EXPECT_THAT(message_of([&] {
                launch_with({"first", "--wrod", "b"});
              }),
              testing::HasSubstr("Did you mean 'word'?"));
  EXPECT_THAT(message_of([&] { launch_with({"help", "frist"}); }), testing::HasSubstr("'first'?"));
  EXPECT_TRUE(done_.empty());
}

// A config file holds an experiment: keys of other jobs are no errors, others are.
TEST_F(LaunchTest, AConfigFileMayHoldTheKeysOfAllJobs) {
  const auto folder = fresh_folder("launch_config");
  mpi::on_root(world(), [&] {
    write_file_atomically(folder / "start", "a");
    write_file_atomically(folder / "good.cfg", "word = c\nsecond-note = x\n");
    write_file_atomically(folder / "bad.cfg", "word = c\nthird-note = x\n");
  });
  world().barrier();
  const auto config = [&](const std::string& file) {
    return launch_with({"first", "--config", (folder / file).string(), "--output", folder.string()});
  };
  EXPECT_EQ(config("good.cfg"), exit_success);
  EXPECT_EQ(read_file(folder / "first"), "ac");
  EXPECT_THAT(message_of([&] { config("bad.cfg"); }), testing::HasSubstr("bad.cfg:2"));
  world().barrier();
}

}  // namespace
}  // namespace cytoscale::pipeline
