#include <gtest/gtest.h>

#include "core/error.hpp"
#include "learn/train_options.hpp"

namespace cytoscale {
namespace {

TEST(TrainOptions, DefaultsAreValid) {
  EXPECT_NO_THROW(TrainOptions().validate());
}

TEST(TrainOptions, EachBadValueIsRefusedByName) {
  const auto refused = [](const std::string& key, auto change) {
    TrainOptions options;
    change(options);
    try {
      options.validate();
      FAIL() << key << " accepted";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("--" + key), std::string::npos) << error.what();
    }
  };
  refused("crop-size", [](auto& o) { o.crop_px = 0; });
  refused("augment-translation", [](auto& o) { o.augment.translation_px = -1; });
  refused("epochs", [](auto& o) { o.epochs = 0; });
  refused("steps", [](auto& o) { o.steps = -1; });
  refused("batch-size", [](auto& o) { o.batch_size = 0; });
  refused("shard-size", [](auto& o) { o.shard_cells = 1; });
  refused("optimizer", [](auto& o) { o.optimiser = "newton"; });
  refused("learning-rate", [](auto& o) { o.learning_rate = -1; });
  refused("momentum", [](auto& o) { o.momentum = 1; });
  refused("weight-decay", [](auto& o) { o.weight_decay = -1; });
  refused("label-smoothing", [](auto& o) { o.label_smoothing = 1; });
  refused("schedule", [](auto& o) { o.schedule = "linear"; });
  refused("warmup-steps", [](auto& o) { o.warmup_steps = -1; });
  refused("batch-norm", [](auto& o) { o.batch_norm = "group"; });
  refused("precision", [](auto& o) { o.precision = "int8"; });
  refused("device", [](auto& o) { o.device = "tpu"; });
  refused("log-every", [](auto& o) { o.log_every = 0; });
  refused("validate-every", [](auto& o) { o.validate_every = 0; });
  refused("validation-cells", [](auto& o) { o.validation_cells = -1; });
  refused("checkpoint-every", [](auto& o) { o.checkpoint_every = 0; });
  refused("image-memory", [](auto& o) { o.image_memory_gib = 0; });
  refused("threads", [](auto& o) { o.threads = -1; });
}

TEST(TrainOptions, StepsFollowEpochs) {
  TrainOptions options;
  options.batch_size = 64;
  options.epochs = 2;
  EXPECT_EQ(options.total_steps(1000), 32);  // ceil(2000 / 64)
  options.steps = 7;
  EXPECT_EQ(options.total_steps(1000), 7);
}

TEST(TrainOptions, ABatchNeedsAShardForEveryRank) {
  TrainOptions options;
  options.batch_size = 64;
  options.shard_cells = 16;
  EXPECT_NO_THROW(options.validate_ranks(4));
  EXPECT_THROW(options.validate_ranks(5), Error);
  options.batch_norm = "sync";
  EXPECT_NO_THROW(options.validate_ranks(64));
  EXPECT_THROW(options.validate_ranks(65), Error);
}

TEST(TrainOptions, ShardsDoNotDependOnRanks) {
  TrainOptions options;
  options.batch_size = 64;
  options.shard_cells = 16;
  EXPECT_EQ(options.shards(1), 4u);
  EXPECT_EQ(options.shards(4), 4u);
  options.batch_size = 10;
  EXPECT_EQ(options.shards(2), 1u);
  options.batch_norm = "sync";
  EXPECT_EQ(options.shards(2), 2u);
}

TEST(TrainOptions, LearningRateWarmsUpAndFalls) {
  TrainOptions options;
  options.learning_rate = 1;
  options.warmup_steps = 4;
  EXPECT_DOUBLE_EQ(learning_rate_at(options, 0, 104), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate_at(options, 3, 104), 0.8);
  EXPECT_DOUBLE_EQ(learning_rate_at(options, 4, 104), 1);
  EXPECT_NEAR(learning_rate_at(options, 54, 104), 0.5, 1e-12);
  EXPECT_LT(learning_rate_at(options, 103, 104), 0.001);
  options.schedule = "constant";
  EXPECT_DOUBLE_EQ(learning_rate_at(options, 103, 104), 1);
  EXPECT_DOUBLE_EQ(learning_rate_at(options, 0, 1), 1);  // a run shorter than its warm-up
}

TEST(TrainOptions, IdentityIsWhatDecidesTheWeights) {
  TrainOptions one, other;
  other.threads = 8;
  other.checkpoint_every = 1;
  other.device = "cpu";
  EXPECT_EQ(one.identity(), other.identity());
  other.weight_decay = 0.5;
  EXPECT_NE(one.identity(), other.identity());
}

}  // namespace
}  // namespace cytoscale
