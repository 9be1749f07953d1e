#include <gtest/gtest.h>

#include "core/error.hpp"
#include "learn/run/train_options.hpp"

namespace cytoscale::learn {
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
  refused("crop-size", [](auto& o) { o.architecture = "mil_cnn", o.crop_px = 16; });
  refused("examples",
          [](auto& o) { o.examples = Examples::mosaics, o.regularizer.kind = RegularizerKind::mixup; });
  refused("pool", [](auto& o) { o.pooling.kind = network::Pool::max; });
  refused("pool", [](auto& o) { o.architecture = "mil_cnn", o.pooling.kind = network::Pool::fc; });
  refused("pool", [](auto& o) {
    o.architecture = "wscnn4", o.examples = Examples::mosaics, o.pooling.kind = network::Pool::fc;
  });
  refused("pool-sharpness", [](auto& o) { o.architecture = "mil_cnn", o.pooling.sharpness = -1; });
  refused("augment-angle", [](auto& o) { o.augment.angle_deg = 181; });
  refused("augment-scale", [](auto& o) { o.augment.scale = 1; });
  refused("augment-translation", [](auto& o) { o.augment.translation_px = -1; });
  refused("augment-background", [](auto& o) { o.augment.background = 1.5; });
  refused("augment-blur", [](auto& o) { o.augment.blur_px = -1; });
  refused("epochs", [](auto& o) { o.epochs = 0; });
  refused("steps", [](auto& o) { o.steps = -1; });
  refused("batch-size", [](auto& o) { o.batch_size = 0; });
  refused("shard-size", [](auto& o) { o.shard_size = 1; });
  refused("learning-rate", [](auto& o) { o.learning_rate = -1; });
  refused("momentum", [](auto& o) { o.momentum = 1; });
  refused("weight-decay", [](auto& o) { o.weight_decay = -1; });
  refused("label-smoothing", [](auto& o) { o.label_smoothing = 1; });
  refused("warmup-steps", [](auto& o) { o.warmup_steps = -1; });
  refused("log-every", [](auto& o) { o.log_every = 0; });
  refused("validate-every", [](auto& o) { o.validate_every = 0; });
  refused("validation-cells", [](auto& o) { o.validation_cells = -1; });
  refused("checkpoint-every", [](auto& o) { o.checkpoint_every = 0; });
  refused("image-memory", [](auto& o) { o.image_memory_gib = 0; });
  refused("clip-norm", [](auto& o) { o.clip_norm = -1; });
  refused("schedule-steps", [](auto& o) { o.schedule_steps = 0; });
  refused("schedule-factor", [](auto& o) { o.schedule_factor = 1; });
  refused("schedule-patience", [](auto& o) { o.schedule_patience = -1; });
  refused("early-stopping", [](auto& o) { o.early_stopping = -1; });
  refused("divergence", [](auto& o) { o.divergence = 1; });
  refused("mixup-alpha", [](auto& o) { o.regularizer.mixup_alpha = 0; });
  refused("rnn-cells", [](auto& o) { o.regularizer.rnn_cells = 1; });
  refused("test-fraction", [](auto& o) { o.split.test_fraction = 1; });
  refused("test-fraction", [](auto& o) { o.split.test_fraction = 0.5, o.split.test_treatments = {"a"}; });
  refused("threads", [](auto& o) { o.threads = -1; });
}

TEST(TrainOptions, StepsFollowEpochs) {
  TrainOptions options;
  options.batch_size = 64;
  options.epochs = 2;
  EXPECT_EQ(options.total_steps(1000), 32);  // ceil(2000 / 64)
  options.regularizer.kind = RegularizerKind::rnn;
  options.regularizer.rnn_cells = 5;
  EXPECT_EQ(options.total_steps(1000), 7);  // 320 cells a step
  options.steps = 9;
  EXPECT_EQ(options.total_steps(1000), 9);
}

TEST(TrainOptions, ABatchNeedsAShardForEveryRank) {
  TrainOptions options;
  options.batch_size = 64;
  options.shard_size = 16;
  EXPECT_NO_THROW(options.validate_ranks(4));
  EXPECT_THROW(options.validate_ranks(5), Error);
  options.batch_norm = network::NormMode::sync;
  EXPECT_NO_THROW(options.validate_ranks(64));
  EXPECT_THROW(options.validate_ranks(65), Error);
}

TEST(TrainOptions, ShardsDoNotDependOnRanks) {
  TrainOptions options;
  options.batch_size = 64;
  options.shard_size = 16;
  EXPECT_EQ(options.shards(1), 4u);
  EXPECT_EQ(options.shards(4), 4u);
  options.batch_size = 10;
  EXPECT_EQ(options.shards(2), 1u);
  options.batch_norm = network::NormMode::sync;
  EXPECT_EQ(options.shards(2), 2u);
}

TEST(TrainOptions, WhatNeedsHeldOutCellsSaysSo) {
  TrainOptions options;
  EXPECT_NO_THROW(options.validate_validation(0));
  options.early_stopping = 3;
  EXPECT_THROW(options.validate_validation(0), Error);
  EXPECT_NO_THROW(options.validate_validation(1));
  options.early_stopping = 0;
  options.schedule = ScheduleKind::plateau;
  EXPECT_THROW(options.validate_validation(0), Error);
}

TEST(TrainOptions, ReproducibleRefusesSynchronizedStatisticsOverRanks) {
  TrainOptions options;
  options.reproducible = true;
  EXPECT_NO_THROW(options.validate_ranks(4));
  options.batch_norm = network::NormMode::sync;
  EXPECT_NO_THROW(options.validate_ranks(1));
  EXPECT_THROW(options.validate_ranks(2), Error);
}

TEST(TrainOptions, IdentityIsWhatDecidesTheWeights) {
  TrainOptions one, other;
  other.threads = 8;
  other.checkpoint_every = 1;
  other.device = network::Device::cpu;
  other.regularizer.mixup_alpha = 0.7;  // of no mixup
  other.schedule_steps = 5;             // of a cosine
  other.validate_every = 3;             // seen by nobody but the reader
  EXPECT_EQ(one.identity(), other.identity());
  other.weight_decay = 0.5;
  EXPECT_NE(one.identity(), other.identity());
  other = one;
  other.regularizer.kind = RegularizerKind::mixup;
  EXPECT_NE(one.identity(), other.identity());
  one = other;
  other.regularizer.mixup_alpha = 0.7;
  EXPECT_NE(one.identity(), other.identity());
  one.early_stopping = other.early_stopping = 2;
  other.regularizer.mixup_alpha = one.regularizer.mixup_alpha;
  other.validate_every = 3;
  EXPECT_NE(one.identity(), other.identity());
}

}  // namespace
}  // namespace cytoscale::learn
