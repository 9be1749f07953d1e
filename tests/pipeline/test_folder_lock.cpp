#include <gtest/gtest.h>

#include "core/error.hpp"
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

}  // namespace
}  // namespace cytoscale::pipeline
