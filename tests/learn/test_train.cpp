#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

#include "core/csv.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "learn/checkpoints.hpp"
#include "learn/train.hpp"
#include "small_screen.hpp"
#include "test_support.hpp"

namespace cytoscale {
namespace {

struct Prepared {
  SmallScreen small;
  TrainingPlan plan;
  FieldLoad load;
};

// Once for all tests. Collective: yes.
const Prepared& prepared() {
  static const Prepared ready = [] {
    Prepared made;
    made.small = paint_small_screen(fresh_folder("train_images"));
    made.plan = plan_training(made.small.screen, made.small.cells, made.small.roles, {}, 1);
    made.load = load_fields(world(), made.small.screen, made.plan.fields(), {}, 1, SteadyClock());
    return made;
  }();
  return ready;
}

TrainResult train_in(const std::filesystem::path& folder, const TrainOptions& options,
                     const Communicator& comm, const TrainingPlan& plan) {
  Log log(comm.rank(), comm.size(), true);
  SteadyClock clock;
  TrainRun run{folder, {}, {}, log, clock};
  return train(comm, plan, prepared().load.images, options, run);
}

TrainResult train_in(const std::filesystem::path& folder, const TrainOptions& options) {
  return train_in(folder, options, world(), prepared().plan);
}

// Four shards: the most ranks a test has.
TrainOptions shared_training() {
  auto options = small_training();
  options.shard_size = 4;
  return options;
}

// What every rank says.
std::string error_of(const std::filesystem::path& folder, const TrainOptions& options) {
  try {
    train_in(folder, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// The same run on all ranks together and by rank 0 alone with another number of threads.
struct Pair {
  TrainResult together, alone;
  std::filesystem::path folder;
};

Pair train_twice(const std::string& name, TrainOptions options) {
  Pair pair;
  pair.folder = fresh_folder("twice_" + name);
  pair.together = train_in(pair.folder / "together", options);
  options.threads = 2;
  if (world().root())
    pair.alone = train_in(pair.folder / "alone", options, Communicator::self(), prepared().plan);
  return pair;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b, std::size_t steps) {
  double worst = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(steps, std::min(a.size(), b.size())); ++i)
    worst = std::max(worst, std::abs(a[i] - b[i]) / std::max(1e-9, std::abs(a[i])));
  return worst;
}

// The same losses and the same bytes for any number of ranks and threads.
void expect_the_same(const std::string& name, const TrainOptions& options) {
  const auto pair = train_twice(name, options);
  if (!world().root()) return;
  const auto steps = static_cast<std::size_t>(options.steps);
  ASSERT_EQ(pair.together.losses.size(), steps);
  const double worst = largest_difference(pair.alone.losses, pair.together.losses, steps);
  std::printf("%s, %d ranks: losses of %zu steps differ by at most %.2e; first %.4f, last %.4f\n",
              name.c_str(), world().size(), steps, worst, pair.alone.losses.front(),
              pair.alone.losses.back());
  EXPECT_LT(worst, 1e-12);
  EXPECT_LT(pair.alone.losses.back(), pair.alone.losses.front());
  EXPECT_EQ(read_file(pair.folder / "alone" / "model.safetensors"),
            read_file(pair.folder / "together" / "model.safetensors"));
}

TEST(Train, DoesNotDependOnRanksAndThreads) {
  expect_the_same("adamw_fp32", shared_training());
}

TEST(Train, DoesNotDependOnRanksAndThreadsBf16Sgd) {
  auto options = shared_training();
  options.optimiser = "sgd";
  options.precision = "bf16";
  options.steps = 8;
  expect_the_same("sgd_bf16", options);
}

TEST(Train, DoesNotDependOnRanksAndThreadsMixup) {
  auto options = shared_training();
  options.regulariser.kind = "mixup";
  options.clip_norm = 0.5;
  options.label_smoothing = 0.1;
  options.steps = 8;
  expect_the_same("mixup", options);
}

TEST(Train, DoesNotDependOnRanksAndThreadsRnn) {
  auto options = shared_training();
  options.regulariser.kind = "rnn";
  options.regulariser.rnn_cells = 3;
  options.shard_size = 2;
  options.batch_size = 8;
  expect_the_same("rnn", options);
}

TEST(Train, DoesNotDependOnRanksAndThreadsFrozen) {
  const auto start = fresh_folder("frozen_start");
  auto options = shared_training();
  options.steps = 8;
  train_in(start, options);
  options.steps = 20;
  options.initial_weights = start;
  options.batch_norm = "frozen";
  options.learning_rate = 1e-4;
  expect_the_same("adamw_frozen", options);
}

// Rounding differs, and a network amplifies it step by step: the first two losses tell whether the statistics
// are right.
TEST(Train, SynchronisedStatisticsAgreeUpToRounding) {
  auto options = shared_training();
  options.batch_norm = "sync";
  options.steps = 4;
  options.crop_px = 64;
  options.learning_rate = 1e-4;
  const auto pair = train_twice("sync", options);
  if (!world().root()) return;
  EXPECT_LT(largest_difference(pair.alone.losses, pair.together.losses, 2), 1e-4);
}

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
  EXPECT_TRUE(find_run(world(), folder, training_identity(options, prepared().plan)).complete);
  const auto log = read_csv(folder / "train_log.csv");
  std::vector<std::string> steps, validated;
  for (const auto& row : log.rows) {
    steps.push_back(row[0]);
    if (!row[log.column("validation_loss")].empty()) validated.push_back(row[0]);
  }
  EXPECT_EQ(steps, (std::vector<std::string>{"2", "3", "4", "6"}));
  EXPECT_EQ(validated, (std::vector<std::string>{"4", "6"}));
  EXPECT_EQ(read_csv(folder / "training_wells.csv").rows.size(), 12u);
  const auto model = read_safetensors(folder / "model.safetensors");
  EXPECT_EQ(model.metadata.at("classes"), "4");
  EXPECT_EQ(model.metadata.at("crop_px"), "32");
}

// All that a checkpoint must hold, one way of training each.
std::map<std::string, TrainOptions> ways_to_train() {
  std::map<std::string, TrainOptions> ways;
  ways["sgd"] = shared_training();
  ways["sgd"].optimiser = "sgd";
  ways["mixup"] = shared_training();
  ways["mixup"].regulariser.kind = "mixup";
  ways["mixup"].schedule = "plateau";  // reduced at once: nothing is lower by as much within these steps
  ways["mixup"].schedule_patience = 0;
  ways["mixup"].validate_every = 1;
  ways["mixup"].early_stopping = 100;
  ways["rnn"] = shared_training();
  ways["rnn"].regulariser.kind = "rnn";
  ways["rnn"].regulariser.rnn_cells = 3;
  ways["rnn"].clip_norm = 0.5;
  return ways;
}

// Stopped after 4 of 8 steps and continued: the same bytes as in one go.
TEST(Train, ContinuesBitForBit) {
  if (world().size() > 2) GTEST_SKIP() << "as on two ranks, and slow";
  for (auto& [name, options] : ways_to_train()) {
    const auto folder = fresh_folder("train_continue_" + name);
    options.steps = 8;
    options.checkpoint_every = 4;
    const auto whole = train_in(folder / "whole", options);
    if (world().root()) {
      make_folder(folder / "parts");
      std::filesystem::copy(checkpoint_path(folder / "whole", 4), folder / "parts");
    }
    world().barrier();
    const auto second = train_in(folder / "parts", options);
    ASSERT_EQ(second.losses.size(), 4u) << name;
    EXPECT_EQ(second.losses, std::vector<double>(whole.losses.begin() + 4, whole.losses.end())) << name;
    EXPECT_EQ(read_file(folder / "whole" / "model.safetensors"),
              read_file(folder / "parts" / "model.safetensors"))
        << name;
  }
}

// A learning rate of nearly nothing: the first validation stays the best but for rounding.
TEST(Train, StopsEarlyWithTheBestWeights) {
  const auto folder = fresh_folder("train_early");
  auto options = shared_training();
  options.learning_rate = 1e-12;
  options.batch_norm = "frozen";
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
    const auto& text = log.rows[row][log.column("validation_loss")];
    if (text.empty()) continue;
    ++validations;
    if (std::stod(text) < best) best = std::stod(text), best_row = validations;
  }
  EXPECT_LE(best_row + 2, validations + 1);
  EXPECT_TRUE(find_run(world(), folder, training_identity(options, prepared().plan)).complete);
}

// As many classes as labels in the baseline; none in a network whose classifier was the recurrent part.
TEST(Train, TheRecurrentPartIsDiscarded) {
  const auto folder = fresh_folder("train_rnn_model");
  auto options = shared_training();
  options.regulariser.kind = "rnn";
  options.steps = 2;
  options.checkpoint_every = 1;
  train_in(folder, options);
  const auto model = read_safetensors(folder / "model.safetensors");
  EXPECT_EQ(model.metadata.at("classes"), "0");
  for (const auto& [name, tensor] : model.tensors) EXPECT_EQ(name.find('/'), std::string::npos) << name;
  EXPECT_TRUE(read_safetensors(checkpoint_path(folder, 1)).tensors.contains("regularizer/gru.weight_hh_l0"));
  world().barrier();
}

TEST(Train, ADivergingLossStopsAndSaysWhen) {
  auto options = shared_training();
  options.optimiser = "sgd";
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
  options.batch_norm = "local";
  const auto result = train_in(folder, options);
  EXPECT_TRUE(std::isfinite(result.loss));
  const auto model = read_safetensors(folder / "model.safetensors");
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
  auto plan = prepared().plan;
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

TEST(Train, LossNotANumberStopsAndKeepsTheLastCheckpoint) {
  const auto folder = fresh_folder("train_nan");
  auto options = shared_training();
  options.optimiser = "sgd";
  options.batch_norm = "frozen";
  options.learning_rate = 1e6;
  options.warmup_steps = 0;
  options.checkpoint_every = 1;
  const auto text = error_of(folder, options);
  EXPECT_NE(text.find("not"), std::string::npos) << text;
  EXPECT_NE(text.find("step"), std::string::npos) << text;
  EXPECT_FALSE(std::filesystem::exists(folder / "model.safetensors"));
  world().barrier();
}

TEST(Train, ADamagedCheckpointIsAnErrorOnAllRanks) {
  const auto folder = fresh_folder("train_damaged");
  auto options = shared_training();
  options.steps = 4;
  options.checkpoint_every = 2;
  train_in(folder, options);
  const auto path = checkpoint_path(folder, 2);
  if (world().root()) {
    std::filesystem::remove(folder / "model.safetensors");
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1000);
  }
  world().barrier();
  EXPECT_NE(error_of(folder, options).find("checkpoint_2"), std::string::npos);
  world().barrier();
}

TEST(Train, AnIncompleteOptimiserStateIsNamed) {
  const auto folder = fresh_folder("train_incomplete");
  auto options = shared_training();
  options.steps = 4;
  options.checkpoint_every = 2;
  train_in(folder, options);
  if (world().root()) {
    std::filesystem::remove(folder / "model.safetensors");
    auto file = read_safetensors(checkpoint_path(folder, 2));
    file.tensors.erase("optimizer/layer1.0.conv1.weight/second");
    write_safetensors(checkpoint_path(folder, 2), file);
  }
  world().barrier();
  EXPECT_NE(error_of(folder, options).find("optimizer/layer1.0.conv1.weight/second"), std::string::npos);
  world().barrier();
}

TEST(Train, ABatchSmallerThanTheRanksIsRefused) {
  if (world().size() == 1) GTEST_SKIP() << "needs more than one rank";
  auto options = shared_training();
  options.batch_size = 1;
  EXPECT_NE(error_of(fresh_folder("train_small_batch"), options).find("--batch-size"), std::string::npos);
}

TEST(Train, CudaWithoutADeviceIsAnError) {
  auto options = shared_training();
  options.device = "cuda";
  options.steps = 1;
  const auto text = error_of(fresh_folder("train_cuda"), options);
  EXPECT_TRUE(text == "no error" || text.find("CUDA") != std::string::npos) << text;
}

}  // namespace
}  // namespace cytoscale
