// Training that is done on a device, the CPU unless CYTOSCALE_TEST_DEVICE names another, against that on
// threads and ranks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/system/files.hpp"
#include "network/torch/device_lane_torch.hpp"
#include "prepared_training.hpp"
#include "store/safetensors.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

TrainOptions on_device(TrainOptions options) {
  options.pixels = network::PixelPlace::device;
  options.device = test_device();
  return options;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b, std::size_t steps) {
  double worst = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(steps, std::min(a.size(), b.size())); ++i)
    worst = std::max(worst, std::abs(a[i] - b[i]) / std::max(1e-9, std::abs(a[i])));
  return worst;
}

// The first losses tell whether draws, crops, statistics, gradients and the optimizer's steps are right: a
// network amplifies the rounding that they differ by.
TEST(TrainDevice, LossesAreThoseOfTheHost) {
  for (const auto kind : {RegularizerKind::baseline, RegularizerKind::mixup, RegularizerKind::rnn}) {
    const auto name = "device_" + enum_name(kind);
    const auto folder = fresh_folder(name);
    auto options = shared_training();
    options.regularizer.kind = kind;
    options.regularizer.rnn_cells = 3;
    options.steps = 2;
    options.learning_rate = 1e-4;
    const auto host = train_in(folder / "host", options),
               device = train_in(folder / "device", on_device(options));
    EXPECT_LT(largest_difference(host.losses, device.losses, 1), 1e-5) << name;
    EXPECT_LT(largest_difference(host.losses, device.losses, 2), 1e-4) << name;
    ASSERT_TRUE(host.validation_loss && device.validation_loss);
    EXPECT_NEAR(*device.validation_loss, *host.validation_loss, 0.05) << name;
  }
}

// All of a rank's examples together: another network, but one that learns.
TEST(TrainDevice, LearnsWithOneShardPerRank) {
  auto options = on_device(shared_training());
  options.shard_size = 0;
  options.steps = 15;
  const auto result = train_in(fresh_folder("device_learns"), options);
  EXPECT_EQ(result.losses.size(), 15u);
  EXPECT_LT(result.losses.back(), 0.8 * result.losses.front());
  auto other = options;
  other.steps = 1;
  other.precision = network::Precision::bf16;
  other.optimiser = OptimizerKind::sgd;
  other.learning_rate = 0.005;
  const auto rounded = train_in(fresh_folder("device_bf16"), other);
  EXPECT_NEAR(rounded.losses.front(), result.losses.front(), 0.05 * result.losses.front());
}

TEST(TrainDevice, FrozenStatisticsStay) {
  const auto start = fresh_folder("device_frozen_start");
  auto options = on_device(shared_training());
  options.steps = 4;
  train_in(start, options);
  options.initial_weights = start;
  options.batch_norm = network::NormMode::frozen;
  options.learning_rate = 1e-4;
  const auto folder = fresh_folder("device_frozen");
  const auto device = train_in(folder / "device", options);
  options.pixels = network::PixelPlace::host;
  const auto host = train_in(folder / "host", options);
  EXPECT_LT(largest_difference(host.losses, device.losses, 2), 1e-4);
  if (!world().root()) return;
  const auto before = store::read_safetensors(start / "model.safetensors"),
             after = store::read_safetensors(folder / "device" / "model.safetensors");
  EXPECT_TRUE(before.tensors.at("bn1.running_mean").bytes == after.tensors.at("bn1.running_mean").bytes);
  EXPECT_FALSE(before.tensors.at("conv1.weight").bytes == after.tensors.at("conv1.weight").bytes);
}

// From a checkpoint, with other steps between it and what is logged: bit for bit.
TEST(TrainDevice, GoesOnFromACheckpoint) {
  if (world().size() > 1) GTEST_SKIP() << "one rank: sums over several are in the test of the losses";
  auto options = on_device(shared_training());
  options.steps = 7;
  options.checkpoint_every = 3;
  options.validate_every = 2;
  const auto whole = fresh_folder("device_whole"), parts = fresh_folder("device_parts");
  train_in(whole, options);
  train_in(parts, options);
  std::filesystem::remove(parts / "model.safetensors");
  const auto rest = train_in(parts, options);
  EXPECT_EQ(rest.losses.size(), 1u);
  EXPECT_TRUE(read_file(parts / "model.safetensors") == read_file(whole / "model.safetensors"));
}

// Two copies of what is drawn and one of the optimizer's numbers go to the device in a step, one comes back;
// the host waits for none of them between two rows of the log.
TEST(TrainDevice, NothingElseCrossesInAStep) {
  if (world().size() > 1) GTEST_SKIP() << "over ranks gradients cross, too";
  const auto& counts = network::DeviceLane::counts();
  const auto cost = [&](std::int64_t steps) {
    auto options = on_device(shared_training());
    options.steps = steps;
    options.log_every = options.validate_every = options.checkpoint_every = 1000;
    const std::vector<std::int64_t> before{counts.uploads, counts.downloads, counts.waits, counts.repeats};
    train_in(fresh_folder("device_counts"), options);
    return std::vector<std::int64_t>{counts.uploads - before[0], counts.downloads - before[1],
                                     counts.waits - before[2], counts.repeats - before[3]};
  };
  const auto few = cost(10), more = cost(18);
  EXPECT_EQ(more[0] - few[0], 3 * 8);
  EXPECT_EQ(more[1] - few[1], 8);
  EXPECT_LE(more[2] - few[2], 0);
  EXPECT_EQ(more[3] - few[3], 8);
}

// A network over fields, with dropout, may learn from cells, too.
TEST(TrainDevice, ANetworkOverFieldsLearnsFromCells) {
  auto options = shared_training();
  options.architecture = "wscnn4";
  options.crop_px = 64;
  options.steps = 3;
  options.dropout = false;
  const auto folder = fresh_folder("device_wscnn");
  const auto host = train_in(folder / "host", options),
             device = train_in(folder / "device", on_device(options));
  EXPECT_LT(largest_difference(host.losses, device.losses, 1), 1e-5);
  options.dropout = true;
  EXPECT_EQ(train_in(folder / "dropout", on_device(options)).losses.size(), 3u);
}

TEST(TrainDevice, WhatItCannotDoIsRefused) {
  if (world().size() == 1) GTEST_SKIP() << "needs more than one rank";
  auto options = on_device(shared_training());
  options.reproducible = true;
  EXPECT_THAT(error_of(fresh_folder("device_refused"), options), testing::HasSubstr("--pixels host"));
  options.reproducible = false;
  options.batch_norm = network::NormMode::sync;
  EXPECT_THAT(error_of(fresh_folder("device_refused"), options), testing::HasSubstr("--pixels host"));
}

}  // namespace
}  // namespace cytoscale::learn
