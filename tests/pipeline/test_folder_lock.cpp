#include <gtest/gtest.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/system/atomic_file.hpp"
#include "core/system/files.hpp"
#include "pipeline/folder_lock.hpp"
#include "test_support.hpp"

namespace cytoscale::pipeline {
namespace {

TEST(FolderLock, AFolderThatItMadeGoesWithIt) {
  if (!world().root()) return;
  Log log(0, 1, true);
  const auto folder = std::filesystem::path("folder_lock") / "new";
  std::filesystem::remove_all(folder);
  { const FolderLock lock(folder, log); }
  EXPECT_FALSE(std::filesystem::exists(folder));
  {
    const FolderLock lock(folder, log);
    EXPECT_THROW(FolderLock(folder, log), Error);
    write_file_atomically(folder / "result", "x");
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "result"));
  EXPECT_FALSE(std::filesystem::exists(folder / "state"));
}

TEST(FolderLock, AFolderThatWasThereStays) {
  if (!world().root()) return;
  Log log(0, 1, true);
  const auto folder = std::filesystem::path("folder_lock") / "old";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "state");
  { const FolderLock lock(folder, log); }
  EXPECT_TRUE(std::filesystem::exists(folder / "state"));
}

// What a dead run left, in the folder and in those below; not in one that another run holds.
TEST(FolderLock, LeftoversGo) {
  if (!world().root()) return;
  Log log(0, 1, true);
  const auto folder = std::filesystem::path("folder_lock") / "left";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "masks");
  const FolderLock other(folder / "held", log);
  // Names of temporaries of this process, as if it had died.
  const auto leftover = [](const std::filesystem::path& target) {
    auto name = AtomicFile(target).path();
    const auto alive = "-" + std::to_string(::getpid()) + "-";
    auto text = name.string();
    text.replace(text.find(alive), alive.size(), "-999999999-");
    write_file_atomically(text, "x");
    return std::filesystem::path(text);
  };
  const auto here = leftover(folder / "a.h5"), below = leftover(folder / "masks" / "b.tif"),
             held = leftover(folder / "held" / "c.h5");
  const FolderLock lock(folder, log);
  EXPECT_FALSE(std::filesystem::exists(here));
  EXPECT_FALSE(std::filesystem::exists(below));
  EXPECT_TRUE(std::filesystem::exists(held));
}

}  // namespace
}  // namespace cytoscale::pipeline
