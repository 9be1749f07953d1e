#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "learn/run/checkpoints.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

store::SafeTensors some_file(const nlohmann::json& identity, int step) {
  store::SafeTensors file;
  file.metadata[identity_key] = identity.dump();
  file.metadata[step_key] = std::to_string(step);
  file.tensors["a"] = {"F32", {1}, std::vector<std::byte>(4)};
  return file;
}

const nlohmann::json options = {{"seed", 1}, {"data", "abc"}};

// What every rank says.
std::string error_of(const std::filesystem::path& folder, const nlohmann::json& identity) {
  return message_of([&] { find_run(world(), folder, identity); });
}

TEST(Checkpoints, NothingThere) {
  const auto folder = fresh_folder("checkpoints_none");
  const auto found = find_run(world(), folder / "absent", options);
  EXPECT_FALSE(found.complete);
  EXPECT_FALSE(found.checkpoint);
  EXPECT_EQ(found.step, 0);
}

TEST(Checkpoints, TheLastIsFoundAndTwoAreKept) {
  const auto folder = fresh_folder("checkpoints_last");
  if (world().root())
    for (const int step : {5, 900, 1000, 20}) write_checkpoint(folder, step, some_file(options, step));
  world().barrier();
  const auto found = find_run(world(), folder, options);
  EXPECT_EQ(found.step, 1000);
  EXPECT_EQ(found.checkpoint, checkpoint_path(folder, 1000));
  EXPECT_TRUE(std::filesystem::exists(checkpoint_path(folder, 900)));
  EXPECT_FALSE(std::filesystem::exists(checkpoint_path(folder, 5)));
  EXPECT_FALSE(std::filesystem::exists(checkpoint_path(folder, 20)));
}

TEST(Checkpoints, ACompleteModelIsKnown) {
  const auto folder = fresh_folder("checkpoints_complete");
  if (world().root()) store::write_safetensors(folder / "model.safetensors", some_file(options, 70));
  world().barrier();
  const auto found = find_run(world(), folder, options);
  EXPECT_TRUE(found.complete);
  EXPECT_EQ(found.step, 70);
}

TEST(Checkpoints, OtherOptionsAreNamedOnAllRanks) {
  const auto folder = fresh_folder("checkpoints_other");
  if (world().root()) write_checkpoint(folder, 3, some_file(options, 3));
  world().barrier();
  auto other = options;
  other["seed"] = 2;
  const auto text = error_of(folder, other);
  EXPECT_NE(text.find("seed was 1, now 2"), std::string::npos) << text;
  EXPECT_NE(text.find("--retrain"), std::string::npos) << text;
  other = options;
  other["data"] = "abd";
  EXPECT_NE(error_of(folder, other).find("other cells"), std::string::npos);
  if (world().root()) remove_run(folder);
  world().barrier();
  EXPECT_EQ(error_of(folder, other), "no error");
}

TEST(Checkpoints, DamagedFilesAreErrorsOnAllRanks) {
  const auto folder = fresh_folder("checkpoints_damaged");
  if (world().root()) {
    write_checkpoint(folder, 3, some_file(options, 3));
    std::filesystem::resize_file(checkpoint_path(folder, 3),
                                 std::filesystem::file_size(checkpoint_path(folder, 3)) - 2);
  }
  world().barrier();
  EXPECT_NE(error_of(folder, options).find("checkpoint_3"), std::string::npos);
  world().barrier();
  if (world().root()) write_file_atomically(checkpoint_path(folder, 3), "rubbish");
  world().barrier();
  EXPECT_NE(error_of(folder, options).find("checkpoint_3"), std::string::npos);
  world().barrier();
  if (world().root()) {
    store::SafeTensors foreign = some_file(options, 3);
    foreign.metadata.clear();
    store::write_safetensors(checkpoint_path(folder, 3), foreign);
  }
  world().barrier();
  EXPECT_NE(error_of(folder, options).find("not left by"), std::string::npos);
}

}  // namespace
}  // namespace cytoscale::learn
