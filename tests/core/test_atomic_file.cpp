#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/system/atomic_file.hpp"
#include "core/system/process.hpp"
#include "processes.hpp"
#include "test_support.hpp"

namespace cytoscale {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

void write_to(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

int files_in(const fs::path& folder) {
  return static_cast<int>(std::distance(fs::directory_iterator(folder), {}));
}

TEST(AtomicFile, ReplacesOnCommitAndLeavesNothingWithout) {
  const fs::path file = fresh_folder("atomic_file") / "deep" / "a.txt";
  {
    AtomicFile first(file);
    write_to(first.path(), "one");
    EXPECT_FALSE(fs::exists(file));
    first.commit();
    EXPECT_THROW(first.commit(), Error);
  }
  EXPECT_EQ(read_file(file), "one");
  {
    AtomicFile given_up(file);
    write_to(given_up.path(), "two");
  }
  EXPECT_EQ(read_file(file), "one");
  EXPECT_EQ(files_in(file.parent_path()), 1);
}

TEST(AtomicFile, TwoWritersOfOneTargetDoNotMeet) {
  const fs::path file = fresh_folder("two_writers") / "a.txt";
  AtomicFile first(file), second(file);
  EXPECT_NE(first.path(), second.path());
  EXPECT_EQ(first.path().parent_path(), file.parent_path());
  EXPECT_THAT(first.path().filename().string(), StartsWith("a.txt."));
  write_to(first.path(), "one");
  write_to(second.path(), "two");
  second.commit();
  EXPECT_EQ(read_file(file), "two");
  first.commit();
  EXPECT_EQ(read_file(file), "one");
}

TEST(AtomicFile, MovesWithItsTemporary) {
  const fs::path file = fresh_folder("moved") / "a.txt";
  {
    AtomicFile first(file);
    write_to(first.path(), "one");
    AtomicFile second(std::move(first));
    AtomicFile third(file);
    write_to(third.path(), "lost");
    third = std::move(second);
    third.commit();
  }
  EXPECT_EQ(read_file(file), "one");
  EXPECT_EQ(files_in(file.parent_path()), 1);
}

TEST(AtomicFile, SaysWhatFailed) {
  const fs::path folder = fresh_folder("failing");
  AtomicFile nothing(folder / "a.txt");
  EXPECT_THAT(message_of([&] { nothing.commit(); }), HasSubstr("No such file"));
  fs::create_directories(folder / "taken" / "x");
  AtomicFile onto_folder(folder / "taken");
  write_to(onto_folder.path(), "one");
  EXPECT_THAT(message_of([&] { onto_folder.commit(); }), HasSubstr("cannot be renamed to taken"));
  write_to(folder / "file", "");
  EXPECT_THROW(AtomicFile(folder / "file" / "a.txt"), Error);
}

TEST(AtomicFile, ANameAsLongAsTheDiskAllowsHasATemporary) {
  const fs::path file = fresh_folder("long_name") / std::string(250, 'n');
  AtomicFile named(file);
  write_to(named.path(), "one");
  named.commit();
  EXPECT_EQ(read_file(file), "one");
}

// Writes half of a new file, as a process that is killed between that and the rename.
Child half_writer(const fs::path& file, Pipe& ready) {
  return Child([&] {
    AtomicFile half(file);
    write_to(half.path(), "ha");
    ready.say('w');
    for (;;) ::pause();
    return 0;
  });
}

TEST(AtomicFile, KilledBeforeTheRenameLeavesTheOldFileWhole) {
  const fs::path file = fresh_folder("killed") / "a.txt";
  write_file_atomically(file, "old");
  Pipe ready;
  Child writer = half_writer(file, ready);
  ASSERT_EQ(ready.hear(), 'w');
  EXPECT_EQ(files_in(file.parent_path()), 2);
  EXPECT_EQ(remove_leftovers(file), 0) << "its writer lives";
  writer.kill_unreaped();
  EXPECT_EQ(read_file(file), "old");
  EXPECT_EQ(remove_leftovers(file), 1) << "its writer is a zombie";
  EXPECT_EQ(read_file(file), "old");
  EXPECT_EQ(files_in(file.parent_path()), 1);
}

TEST(Leftovers, OnlyThoseOfThisTargetAndOfTheDead) {
  const fs::path folder = fresh_folder("leftovers");
  Pipe ready;
  for (const char* name : {"a", "a.b", "b"}) {
    Child writer = half_writer(folder / name, ready);
    ASSERT_EQ(ready.hear(), 'w');
    writer.kill_and_reap();
  }
  AtomicFile own(folder / "a");
  write_to(own.path(), "mine");
  write_to(folder / "a.tmp", "a user's");
  EXPECT_EQ(files_in(folder), 5);
  EXPECT_EQ(remove_leftovers(folder / "a"), 1);
  EXPECT_EQ(remove_leftovers(folder / "a"), 0);
  EXPECT_EQ(remove_leftovers_in(folder), 2);
  EXPECT_TRUE(fs::exists(own.path()));
  EXPECT_TRUE(fs::exists(folder / "a.tmp"));
  EXPECT_EQ(remove_leftovers(folder / "missing" / "a"), 0);
}

TEST(Leftovers, OfAPidThatIsAnotherProcessByNow) {
  const fs::path folder = fresh_folder("reused_pid");
  const std::string name = AtomicFile(folder / "a").path().filename().string();
  const ProcessIdentity self = ProcessIdentity::self();
  const std::string mark = "-" + std::to_string(self.pid) + "-" + std::to_string(self.start) + "-";
  ASSERT_NE(name.find(mark), std::string::npos) << name;
  std::string older = name;
  older.replace(older.find(mark), mark.size(), "-" + std::to_string(self.pid) + "-1-");
  write_to(folder / older, "");
  EXPECT_EQ(remove_leftovers(folder / "a"), 1);
}

TEST(Leftovers, OfAnotherHostAfterADay) {
  const fs::path folder = fresh_folder("other_host");
  const fs::path fresh = folder / "a.node7-0123abcd-99999999-12345-1.tmp";
  const fs::path old = folder / "a.node-8_x-0123abcd-99999999-12345-2.tmp";
  write_to(fresh, "");
  write_to(old, "");
  const auto now = fs::file_time_type::clock::now();
  fs::last_write_time(fresh, now - std::chrono::hours(23));
  fs::last_write_time(old, now - std::chrono::hours(25));
  EXPECT_EQ(remove_leftovers(folder / "a"), 1);
  EXPECT_TRUE(fs::exists(fresh));
}

TEST(Folders, AreSyncedOrRefused) {
  const fs::path folder = fresh_folder("synced");
  sync_folder(folder);
  sync_folder("");
  EXPECT_THAT(message_of([&] { sync_folder(folder / "missing"); }), HasSubstr("missing"));
}

}  // namespace
}  // namespace cytoscale
