#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/system/lock_file.hpp"
#include "processes.hpp"
#include "test_support.hpp"

namespace cytoscale {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

LockRecord new_record() {
  return LockRecord::of_this_process();
}

void write_lock(const fs::path& file, const std::string& text) {
  write_file_atomically(file, text);
}

TEST(Process, KnowsTheLivingAndTheDead) {
  Pipe ready;
  Child child([&] {
    ready.say('r');
    for (;;) ::pause();
    return 0;
  });
  ASSERT_EQ(ready.hear(), 'r');
  ProcessIdentity identity = ProcessIdentity::self();
  EXPECT_TRUE(identity.here());
  EXPECT_TRUE(identity.alive());
  identity.pid = child.pid();
  EXPECT_FALSE(identity.alive()) << "the pid is another process by now: it started later";
  identity.start = 0;  // not known
  EXPECT_TRUE(identity.alive());
  child.kill_unreaped();
  EXPECT_EQ(::kill(child.pid(), 0), 0) << "the system takes a zombie for alive";
  EXPECT_FALSE(identity.alive());
  child.status();
  EXPECT_FALSE(identity.alive());
  identity.pid = std::int64_t{1} << 40;
  EXPECT_FALSE(identity.alive());
  identity = ProcessIdentity::self();
  identity.boot = "00000000";
  EXPECT_FALSE(identity.here());
}

TEST(Process, WhoseMainThreadDiedButAnotherWritesIsAlive) {
  SKIP_WHERE_CHILDREN_CANNOT_HAVE_THREADS();
  Pipe ready;
  Child child([&] {
    std::thread([&] {
      ::usleep(100'000);
      ready.say('r');
      for (;;) ::pause();
    }).detach();
    ::syscall(SYS_exit, 0);  // this thread alone
    return 0;
  });
  ASSERT_EQ(ready.hear(), 'r');
  ProcessIdentity identity = ProcessIdentity::self();
  identity.pid = child.pid();
  identity.start = 0;
  EXPECT_TRUE(identity.alive());
}

TEST(LockRecord, ReadsBackWhatItWrote) {
  LockRecord record = new_record();
  record.slurm_job = "815";
  record.slurm_restart = 2;
  const LockRecord back = LockRecord::parse(record.text());
  EXPECT_EQ(back.text(), record.text());
  EXPECT_THAT(back.description(), testing::MatchesRegex("host .+, pid [0-9]+, Slurm job 815, started "
                                                        "20..-..-..T..:..:..Z"));
  EXPECT_NE(new_record().id, record.id);
}

TEST(LockRecord, OfAnythingElseIsDamaged) {
  LockRecord path_as_id = new_record();
  path_as_id.id = "../../../etc/pass";
  const std::string whole = new_record().text();
  for (const std::string& text : {std::string(), std::string("{"), std::string("[1]"), whole.substr(0, 90),
                                  path_as_id.text(), std::string("{\"id\": 1}"), std::string("\xff\xfe")}) {
    const LockRecord record = LockRecord::parse(text);
    EXPECT_TRUE(record.damaged()) << text;
    EXPECT_FALSE(record.process.here());
    EXPECT_FALSE(record.restart_of(record));
  }
}

TEST(LockRecord, ARestartIsOfTheSameJobAndLater) {
  LockRecord older, newer;
  EXPECT_FALSE(newer.restart_of(older)) << "without Slurm";
  older.slurm_job = newer.slurm_job = "7";
  EXPECT_FALSE(newer.restart_of(older)) << "two steps of one job";
  newer.slurm_restart = 1;
  EXPECT_TRUE(newer.restart_of(older));
  EXPECT_FALSE(older.restart_of(newer));
  newer.slurm_job = "8";
  EXPECT_FALSE(newer.restart_of(older));
}

TEST(LockFile, IsPlacedOnceWithAndWithoutHardLinks) {
  const fs::path lock = fresh_folder("placed") / "lock";
  const LockRecord one = new_record(), two = new_record();
  const AtomicFile first = write_candidate(lock, one), second = write_candidate(lock, two);
  EXPECT_FALSE(present_holder(lock));
  EXPECT_TRUE(place_lock(first, lock, one));
  EXPECT_FALSE(place_lock(second, lock, two));
  EXPECT_FALSE(place_lock_by_creating(lock, two));
  EXPECT_EQ(present_holder(lock)->record.id, one.id);
  EXPECT_TRUE(place_lock(first, lock, one)) << "a link whose first answer was lost";
  fs::remove(lock);
  EXPECT_TRUE(place_lock_by_creating(lock, two));
  EXPECT_FALSE(place_lock(first, lock, one));
  EXPECT_EQ(present_holder(lock)->record.id, two.id);
}

TEST(LockFile, TheDeadIsSucceededByOneOfTwo) {
  const fs::path lock = fresh_folder("succeeded") / "lock";
  const LockRecord dead = new_record(), one = new_record(), two = new_record();
  write_lock(lock, dead.text());
  AtomicFile first = write_candidate(lock, one), second = write_candidate(lock, two);
  EXPECT_TRUE(succeed_lock(first, dead, one));
  EXPECT_FALSE(succeed_lock(second, dead, two)) << "its claim's name is taken";
  remove_lock_leftovers(lock, one);
  EXPECT_FALSE(succeed_lock(second, dead, two)) << "it judged the dead one before the first took over";
  EXPECT_EQ(present_holder(lock)->record.id, one.id);
  EXPECT_TRUE(succeed_lock(second, one, two));
  EXPECT_EQ(present_holder(lock)->record.id, two.id);
}

TEST(LockFile, ANewcomerThatDiedWhileTakingOverIsSucceededToo) {
  const fs::path folder = fresh_folder("chain"), lock = folder / "lock";
  const LockRecord dead = new_record(), died_at_it = new_record(), one = new_record();
  write_lock(lock, dead.text());
  write_lock(folder / ("lock.after-" + dead.id), died_at_it.text());
  EXPECT_EQ(present_holder(lock)->record.id, died_at_it.id);
  AtomicFile candidate = write_candidate(lock, one);
  EXPECT_FALSE(succeed_lock(candidate, dead, one));
  EXPECT_TRUE(succeed_lock(candidate, died_at_it, one));
  remove_lock_leftovers(lock, one);
  EXPECT_EQ(present_holder(lock)->record.id, one.id);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1) << "the lock alone";
}

TEST(LockFile, ADamagedOneCanBeSucceeded) {
  const fs::path lock = fresh_folder("damaged") / "lock";
  write_lock(lock, "");
  const LockRecord one = new_record();
  AtomicFile candidate = write_candidate(lock, one);
  EXPECT_TRUE(succeed_lock(candidate, present_holder(lock)->record, one));
  EXPECT_EQ(present_holder(lock)->record.id, one.id);
}

TEST(LockFile, ATouchIsSeen) {
  const fs::path lock = fresh_folder("touched") / "lock";
  write_lock(lock, new_record().text());
  const auto before = read_lock(lock)->beat_ns;
  ::usleep(20'000);
  touch(lock);
  EXPECT_GT(read_lock(lock)->beat_ns, before);
  EXPECT_THROW(touch(lock.string() + ".missing"), Error);
  EXPECT_THAT(message_of([&] { read_lock(lock.parent_path()); }), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace cytoscale
