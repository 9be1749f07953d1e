#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "mpi/agree.hpp"
#include "pipeline/stage_times.hpp"
#include "test_support.hpp"

namespace cytoscale::pipeline {
namespace {

// Moves on by a second each time it is asked.
class CountingClock final : public Clock {
 public:
  double now_s() const override { return seconds_ += 1; }

 private:
  mutable double seconds_ = 0;
};

class StageTimes : public testing::Test {
 protected:
  StageTimes() : folder_(fresh_folder("stage_times")) {}
  void TearDown() override { world().barrier(); }  // the next test empties the folder
  nlohmann::json written() {
    world().barrier();
    return nlohmann::json::parse(read_file(folder_ / "state" / "timings.json"));
  }

  std::filesystem::path folder_;
  Log log_{world().rank(), world().size(), true};
  CountingClock clock_;
  mpi::RunContext context_{world(), log_, clock_};
};

TEST_F(StageTimes, OfAllRanksByWhatTheyWereSpentOn) {
  timed_stage(context_, folder_, "embed", [&](const mpi::RunContext& timed) {
    timed.timings->add("finish fields", 2.0 + world().rank());
    if (world().root()) timed.timings->add("save", 4);
    const TimeSpent waiting(timed.timings, timed.clock, "wait for ranks");
  });
  timed_stage(context_, folder_, "evaluate", [](const mpi::RunContext&) {});
  const auto all = written();
  const auto& embed = all.at("embed");
  EXPECT_EQ(embed.at("ranks"), world().size());
  EXPECT_GT(embed.at("seconds"), 0);
  const double last = 1.0 + world().size();
  const auto& finish = embed.at("spent").at("finish fields");
  EXPECT_EQ(finish.at("min"), 2);
  EXPECT_EQ(finish.at("median"), (2 + last) / 2);
  EXPECT_EQ(finish.at("max"), last);
  EXPECT_EQ(embed.at("spent").at("save").at("min"),
            world().size() == 1 ? 4 : 0);  // a rank that spent nothing
  EXPECT_EQ(embed.at("spent").at("wait for ranks").at("max"), 1);
  EXPECT_TRUE(all.at("evaluate").at("spent").empty());
}

TEST_F(StageTimes, AJobThatTimesNothingAndOneThatFailsLeaveNothing) {
  timed_job(context_, folder_, "verify", [](const mpi::RunContext&) {});
  EXPECT_THROW(timed_stage(context_, folder_, "embed",
                           [](const mpi::RunContext& timed) {
                             timed.timings->add("save", 1);
                             throw mpi::AgreedError(exit_input_error, "no", "", "");
                           }),
               Error);
  world().barrier();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "state"));
}

TEST_F(StageTimes, ADamagedFileIsBegunAnew) {
  if (world().root()) {
    make_folder(folder_ / "state");
    write_file_atomically(folder_ / "state" / "timings.json", "{\"embed\": ");
  }
  world().barrier();
  timed_job(context_, folder_, "crop", [](const mpi::RunContext& timed) { timed.timings->add("save", 1); });
  EXPECT_EQ(written().size(), 1u);
}

}  // namespace
}  // namespace cytoscale::pipeline
