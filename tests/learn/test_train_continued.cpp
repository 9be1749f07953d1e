// What is left of a training that stopped, and how it goes on.
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "core/system/files.hpp"
#include "learn/run/checkpoints.hpp"
#include "prepared_training.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

// All that a checkpoint must hold, one way of training each.
std::map<std::string, TrainOptions> ways_to_train() {
  std::map<std::string, TrainOptions> ways;
  ways["sgd"] = shared_training();
  ways["sgd"].optimiser = OptimizerKind::sgd;
  ways["mixup"] = shared_training();
  ways["mixup"].regularizer.kind = RegularizerKind::mixup;
  ways["mixup"].schedule =
      ScheduleKind::plateau;  // reduced at once: nothing is lower by as much within these steps
  ways["mixup"].schedule_patience = 0;
  ways["mixup"].validate_every = 1;
  ways["mixup"].early_stopping = 100;
  ways["rnn"] = shared_training();
  ways["rnn"].regularizer.kind = RegularizerKind::rnn;
  ways["rnn"].regularizer.rnn_cells = 3;
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

TEST(Train, LossNotANumberStopsAndKeepsTheLastCheckpoint) {
  const auto folder = fresh_folder("train_nan");
  auto options = shared_training();
  options.optimiser = OptimizerKind::sgd;
  options.batch_norm = network::NormMode::frozen;
  options.learning_rate = 1e6;
  options.warmup_steps = 0;
  options.checkpoint_every = 1;
  const auto text = error_of(folder, options);
  EXPECT_NE(text.find("not"), std::string::npos) << text;
  EXPECT_NE(text.find("step"), std::string::npos) << text;
  EXPECT_FALSE(std::filesystem::exists(folder / "model.safetensors"));
  world().barrier();
}

// What a training says that finds its checkpoint of step 2 changed by `spoil` and no model.
std::string error_with_checkpoint(const std::filesystem::path& folder,
                                  const std::function<void(const std::filesystem::path&)>& spoil) {
  auto options = shared_training();
  options.steps = 4;
  options.checkpoint_every = 2;
  train_in(folder, options);
  if (world().root()) {
    std::filesystem::remove(folder / "model.safetensors");
    spoil(checkpoint_path(folder, 2));
  }
  world().barrier();
  auto text = error_of(folder, options);
  world().barrier();
  return text;
}

TEST(Train, ADamagedCheckpointIsAnErrorOnAllRanks) {
  const auto text = error_with_checkpoint(fresh_folder("train_damaged"), [](const auto& path) {
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1000);
  });
  EXPECT_NE(text.find("checkpoint_2"), std::string::npos) << text;
}

TEST(Train, AnIncompleteOptimizerStateIsNamed) {
  const std::string missing = "optimizer/layer1.0.conv1.weight/second";
  const auto text = error_with_checkpoint(fresh_folder("train_incomplete"), [&](const auto& path) {
    auto file = store::read_safetensors(path);
    file.tensors.erase(missing);
    store::write_safetensors(path, file);
  });
  EXPECT_NE(text.find(missing), std::string::npos) << text;
}

}  // namespace
}  // namespace cytoscale::learn
