#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "learn/run/checkpoints.hpp"
#include "prepared_training.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

TEST(Train, LeavesModelLogAndWells) {
  const auto folder = fresh_folder("train_outputs");
  auto options = shared_training();
  options.steps = 6;
  options.log_every = 2;
  options.validate_every = 4;
  options.checkpoint_every = 3;
  const auto result = train_in(folder, options);
  EXPECT_EQ(result.steps, 6);
  ASSERT_TRUE(result.validation_accuracy);
  EXPECT_GE(*result.validation_accuracy, 0);
  EXPECT_TRUE(find_run(world(), folder, training_identity(options, prepared_training().plan)).complete);
  const auto log = read_csv(folder / "train_log.csv");
  std::vector<std::string> steps, validated;
  for (const auto& row : log.rows) {
    steps.push_back(row[0]);
    if (!row[log.column("validation_loss")].empty()) validated.push_back(row[0]);
  }
  EXPECT_EQ(steps, (std::vector<std::string>{"2", "3", "4", "6"}));
  EXPECT_EQ(validated, (std::vector<std::string>{"4", "6"}));
  EXPECT_EQ(read_csv(folder / "training_wells.csv").rows.size(), 12u);
  const auto model = store::read_safetensors(folder / "model.safetensors");
  EXPECT_EQ(model.metadata.at("classes"), "4");
  EXPECT_EQ(model.metadata.at("crop_px"), "32");
}

// A learning rate of nearly nothing: the first validation stays the best but for rounding.
TEST(Train, StopsEarlyWithTheBestWeights) {
  const auto folder = fresh_folder("train_early");
  auto options = shared_training();
  options.learning_rate = 1e-12;
  options.batch_norm = network::NormMode::frozen;
  options.validate_every = 2;
  options.early_stopping = 2;
  options.steps = 400;
  const auto result = train_in(folder, options);
  EXPECT_TRUE(result.stopped_early);
  EXPECT_LT(result.steps, 400);
  const auto log = read_csv(folder / "train_log.csv");
  double best = 1e9;
  std::size_t best_row = 0, validations = 0;
  for (std::size_t row = 0; row < log.rows.size(); ++row) {
    const auto text = log.rows.at(row, log.column("validation_loss"));
    if (text.empty()) continue;
    ++validations;
    if (std::stod(text) < best) best = std::stod(text), best_row = validations;
  }
  EXPECT_LE(best_row + 2, validations + 1);
  EXPECT_TRUE(find_run(world(), folder, training_identity(options, prepared_training().plan)).complete);
}

// As many classes as labels in the baseline; none in a network whose classifier was the recurrent part.
TEST(Train, TheRecurrentPartIsDiscarded) {
  const auto folder = fresh_folder("train_rnn_model");
  auto options = shared_training();
  options.regularizer.kind = RegularizerKind::rnn;
  options.steps = 2;
  options.checkpoint_every = 1;
  train_in(folder, options);
  const auto model = store::read_safetensors(folder / "model.safetensors");
  EXPECT_EQ(model.metadata.at("classes"), "0");
  for (const auto& [name, tensor] : model.tensors) EXPECT_EQ(name.find('/'), std::string::npos) << name;
  EXPECT_TRUE(
      store::read_safetensors(checkpoint_path(folder, 1)).tensors.contains("regularizer/gru.weight_hh_l0"));
  world().barrier();
}

TEST(Train, ADivergingLossStopsAndSaysWhen) {
  auto options = shared_training();
  options.optimiser = OptimizerKind::sgd;
  options.learning_rate = 30;
  options.warmup_steps = 0;
  options.divergence = 1.5;
  options.steps = 60;
  const auto text = error_of(fresh_folder("train_diverges"), options);
  EXPECT_TRUE(text.find("diverges") != std::string::npos || text.find("not a number") != std::string::npos)
      << text;
  EXPECT_NE(text.find("step"), std::string::npos) << text;
}

TEST(Train, LocalStatisticsAreAveraged) {
  const auto folder = fresh_folder("train_local");
  auto options = shared_training();
  options.steps = 4;
  options.batch_norm = network::NormMode::local;
  const auto result = train_in(folder, options);
  EXPECT_TRUE(std::isfinite(result.loss));
  const auto model = store::read_safetensors(folder / "model.safetensors");
  const auto& stored = model.tensors.at("bn1.running_mean");
  double sum = 0;
  for (std::size_t i = 0; i < stored.bytes.size(); i += 4) {
    float value;
    std::memcpy(&value, stored.bytes.data() + i, 4);
    sum += std::abs(value);
  }
  EXPECT_GT(sum, 0);
}

// 32 cells of four labels, no change of the crops: the network must be able to learn them by heart.
TEST(Train, LearnsThirtyTwoCropsByHeart) {
  if (world().size() > 1) GTEST_SKIP() << "the same bits as on one rank, and slow";
  auto plan = prepared_training().plan;
  for (auto& well : plan.wells) well.cells.resize(4);
  auto options = small_training();
  options.crop_px = 40;
  options.augment = {false, false, 0};
  options.steps = 60;
  options.batch_size = 32;
  const auto result = train_in(fresh_folder("train_by_heart"), options, world(), plan);
  EXPECT_GT(result.accuracy, 0.99);
  EXPECT_LT(result.losses.back(), 0.1);
}

TEST(Train, CudaWithoutADeviceIsAnError) {
  auto options = shared_training();
  options.device = network::Device::cuda;
  options.steps = 1;
  const auto text = error_of(fresh_folder("train_cuda"), options);
  EXPECT_TRUE(text == "no error" || text.find("CUDA") != std::string::npos) << text;
}

}  // namespace
}  // namespace cytoscale::learn
