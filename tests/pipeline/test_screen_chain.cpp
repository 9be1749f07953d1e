#include <gtest/gtest.h>

#include "copy_job.hpp"
#include "core/error.hpp"
#include "pipeline/screen_chain.hpp"

namespace cytoscale::pipeline {
namespace {

using Words = std::vector<std::string>;

class ScreenChainTest : public testing::Test {
 protected:
  // The chain with these options, its jobs at hand by label.
  Words labels(const ScreenChainOptions& options) {
    std::vector<Job*> made;
    auto stages = screen_stages([&](const std::string& name) {
      auto job = std::make_unique<CopyJob>(name, "start", done_);
      made.push_back(job.get());
      return job;
    });
    jobs_.clear();
    for (std::size_t i = 0; i < stages.size(); ++i) jobs_[stages[i].label] = made[i];
    chain_.emplace(std::move(stages));
    arrange(*chain_, options);
    return chain_->labels();
  }
  std::string value(const std::string& label, const std::string& key) {
    return jobs_.at(label)->options().find(key)->get();
  }

  Words done_;
  std::map<std::string, Job*> jobs_;
  std::optional<Chain> chain_;
};

TEST_F(ScreenChainTest, TrainsFromImagesUnlessToldOtherwise) {
  EXPECT_EQ(labels({}), (Words{"illuminate", "segment", "train", "embed", "reduce", "evaluate", "report"}));
  EXPECT_EQ(value("train", "output"), "results");
  EXPECT_EQ(value("train", "model"), "results/model");
  EXPECT_EQ(value("embed", "model"), "results/model");
  EXPECT_EQ(labels({.crop_store = true}),
            (Words{"illuminate", "segment", "crop", "train", "embed", "reduce", "evaluate", "report"}));
}

TEST_F(ScreenChainTest, WithWeightsNothingIsTrained) {
  const ScreenChainOptions options{.output = "out", .model = "other/model", .crop_store = true};
  EXPECT_EQ(labels(options), (Words{"illuminate", "segment", "embed", "reduce", "evaluate", "report"}));
  EXPECT_EQ(value("embed", "model"), "other/model");
}

TEST_F(ScreenChainTest, TheUntrainedNetworkIsEvaluatedBeside) {
  EXPECT_EQ(labels({.output = "out", .compare_untrained = true}),
            (Words{"illuminate", "segment", "train", "embed", "reduce", "embed-untrained", "reduce-untrained",
                   "evaluate", "report"}));
  EXPECT_EQ(value("embed-untrained", "model"), "untrained");
  EXPECT_EQ(value("reduce-untrained", "profiles"), "out/untrained/profiles.h5ad");
  EXPECT_EQ(value("evaluate", "profiles"), "out/profiles.h5ad,out/untrained/profiles.h5ad");
  EXPECT_EQ(value("reduce", "profiles"), "");
}

TEST_F(ScreenChainTest, UntilAJobTakesItsTwinAlong) {
  EXPECT_EQ(labels({.until = "train"}), (Words{"illuminate", "segment", "train"}));
  EXPECT_EQ(labels({.compare_untrained = true, .until = "embed"}),
            (Words{"illuminate", "segment", "train", "embed", "reduce", "embed-untrained"}));
  EXPECT_THROW(labels({.until = "crop"}), Error);
  EXPECT_THROW(labels({.output = ""}), Error);
}

}  // namespace
}  // namespace cytoscale::pipeline
