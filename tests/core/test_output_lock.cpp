#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/system/lock_file.hpp"
#include "core/system/output_lock.hpp"
#include "core/system/stop_request.hpp"
#include "locks.hpp"
#include "processes.hpp"
#include "test_support.hpp"

namespace cytoscale {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST(OutputLock, TheRefusalNamesTheFirstRun) {
  const fs::path folder = fresh_folder("refusal");
  ::setenv("SLURM_JOB_ID", "4711", 1);
  const OutputLock first(folder);
  ::unsetenv("SLURM_JOB_ID");
  const std::string message = message_of([&] { OutputLock second(folder); });
  EXPECT_THAT(message, HasSubstr(lock_of(folder).string()));
  EXPECT_THAT(message, HasSubstr("host " + first.record().process.host));
  EXPECT_THAT(message, HasSubstr("pid " + std::to_string(::getpid())));
  EXPECT_THAT(message, HasSubstr("Slurm job 4711"));
  EXPECT_THAT(message, HasSubstr("started " + first.record().start));
  EXPECT_THAT(message, HasSubstr("Wait until it has ended, or remove this file"));
}

TEST(OutputLock, AKilledHolderIsRecognized) {
  SKIP_WHERE_CHILDREN_CANNOT_HAVE_THREADS();
  const fs::path folder = fresh_folder("killed_holder");
  holder(folder).kill_and_reap();
  EXPECT_TRUE(fs::exists(lock_of(folder)));
  std::string said;
  {
    OutputLock after_kill(folder, {.say = [&](const std::string& line) { said = line; }});
  }
  EXPECT_THAT(said, HasSubstr("is dead"));
  const Child zombie = holder(folder);
  EXPECT_THROW(OutputLock early(folder), Error);
  zombie.kill_unreaped();
  OutputLock after_zombie(folder);
}

TEST(OutputLock, AReusedPidIsRecognized) {
  const fs::path folder = fresh_folder("reused");
  LockRecord older = LockRecord::of_this_process();
  older.process.start -= 1;
  write_file_atomically(lock_of(folder), older.text());
  OutputLock lock(folder);
}

TEST(OutputLock, AnotherHostsOldHeartbeatIsDeath) {
  const fs::path folder = fresh_folder("stale");
  write_file_atomically(lock_of(folder), elsewhere().text());
  fs::last_write_time(lock_of(folder), fs::file_time_type::clock::now() - std::chrono::seconds(130));
  OutputLock lock(folder);
  EXPECT_EQ(read_lock(lock_of(folder))->record.id, lock.record().id);
}

TEST(OutputLock, AnotherHostsHolderThatBeatsIsRefused) {
  const fs::path folder = fresh_folder("beating");
  write_file_atomically(lock_of(folder), elsewhere().text());
  std::atomic<bool> ended = false;
  std::thread beats([&] {
    for (; !ended; sleep_s(0.1)) touch(lock_of(folder));
  });
  const std::string message = message_of([&] { OutputLock lock(folder, {.beat_s = 0.2, .expiry_s = 60}); });
  ended = true;
  beats.join();
  EXPECT_THAT(message, HasSubstr("host node7"));
  EXPECT_THAT(message, HasSubstr("Slurm job 815"));
}

TEST(OutputLock, AnotherHostsHolderThatFallsSilentIsTakenOver) {
  const fs::path folder = fresh_folder("silent");
  for (const int ahead_s : {0, 3600}) {  // a file system's clock that is an hour ahead does not keep it alive
    write_file_atomically(lock_of(folder), elsewhere().text());
    fs::last_write_time(lock_of(folder), fs::file_time_type::clock::now() + std::chrono::seconds(ahead_s));
    std::string said;
    const double begin = seconds_since_boot();
    write_file_atomically(folder / "now", "");
    const auto begin_ns = read_lock(folder / "now")->beat_ns;
    OutputLock lock(folder, {.beat_s = 0.2, .expiry_s = 1, .say = [&](const std::string& line) {
                               if (said.empty()) said = line;
                             }});
    EXPECT_GE(seconds_since_boot() - begin, 0.9);
    EXPECT_GE(read_lock(lock_of(folder))->beat_ns - begin_ns, 900'000'000) << "placed with an old heartbeat";
    EXPECT_THAT(said, HasSubstr("waiting for a sign of life"));
    EXPECT_THAT(said, HasSubstr("node7"));
  }
}

TEST(OutputLock, ASignalEndsTheWait) {
  const fs::path folder = fresh_folder("wait_ended");
  write_file_atomically(lock_of(folder), elsewhere().text());
  StopRequest::raise(SIGTERM);
  EXPECT_THROW(OutputLock lock(folder), Interrupted);
  StopRequest::clear();
  EXPECT_EQ(read_lock(lock_of(folder))->record.process.host, "node7");
}

TEST(OutputLock, BeatsByItself) {
  const fs::path folder = fresh_folder("beats");
  OutputLock lock(folder, {.beat_s = 0.05, .expiry_s = 60});
  const auto first = read_lock(lock_of(folder))->beat_ns;
  for (int i = 0; i < 600 && read_lock(lock_of(folder))->beat_ns == first; ++i) sleep_s(0.05);
  EXPECT_GT(read_lock(lock_of(folder))->beat_ns, first);
  lock.still_mine();
}

TEST(OutputLock, AHolderThatWasTakenOverStopsAndLeavesTheOthersLock) {
  const fs::path folder = fresh_folder("lost");
  const LockRecord other = elsewhere();
  {
    OutputLock lock(folder);
    write_file_atomically(lock_of(folder), other.text());
    EXPECT_THAT(message_of([&] { lock.still_mine(); }), HasSubstr("taken over by another run: host node7"));
    EXPECT_TRUE(lock.lost());
  }
  EXPECT_EQ(read_lock(lock_of(folder))->record.id, other.id);
}

TEST(OutputLock, TheThreadFindsThatTheLockIsGone) {
  const fs::path folder = fresh_folder("removed");
  std::string told;
  OutputLock lock(folder, {.beat_s = 0.05,
                           .expiry_s = 60,
                           .on_request = [&](const std::string&) { told = "asked"; },
                           .on_loss = [&](const std::string& why) { told = why; }});
  fs::remove(lock_of(folder));
  for (int i = 0; i < 200 && !lock.lost(); ++i) sleep_s(0.05);
  EXPECT_TRUE(lock.lost());
  EXPECT_THAT(message_of([&] { lock.still_mine(); }), HasSubstr("was removed"));
  lock.release();  // ends the thread
  EXPECT_EQ(told, "its lock file was removed");
}

TEST(OutputLock, ALockThatCannotBeRenewedIsLostBeforeOthersTakeIt) {
  const fs::path folder = fresh_folder("not_renewed");
  OutputLock lock(folder, {.beat_s = 0.05, .expiry_s = 1});
  fs::rename(folder / "state", folder / "away");
  write_file_atomically(folder / "state",
                        "no folder");  // ENOTDIR stands for a share that answers with errors
  for (int i = 0; i < 200 && !lock.lost(); ++i) sleep_s(0.05);
  EXPECT_THAT(message_of([&] { lock.still_mine(); }), HasSubstr("could not be renewed"));
  fs::remove(folder / "state");
}

TEST(OutputLock, ARequeuedJobAsksItsOlderSelfToLeave) {
  SKIP_WHERE_CHILDREN_CANNOT_HAVE_THREADS();
  const fs::path folder = fresh_folder("requeued");
  const LockOptions options{.beat_s = 0.1, .expiry_s = 60};
  ::setenv("SLURM_JOB_ID", "815", 1);
  Pipe ready;
  Child older([&] {
    std::atomic<bool> asked = false;
    OutputLock lock(folder, {.beat_s = 0.1,
                             .expiry_s = 60,
                             .on_request = [&](const std::string&) { asked = true; },
                             .on_loss = [](const std::string&) { ::_exit(2); }});
    ready.say('h');
    while (!asked) sleep_s(0.01);
    return 0;
  });
  ASSERT_EQ(ready.hear(), 'h');
  EXPECT_THROW(OutputLock same_step(folder, options), Error) << "two steps of one job are two runs";
  ::setenv("SLURM_RESTART_COUNT", "1", 1);
  {
    OutputLock newer(folder, options);
    EXPECT_EQ(older.exit_code(), 0);
    newer.still_mine();
  }
  ::unsetenv("SLURM_JOB_ID");
  ::unsetenv("SLURM_RESTART_COUNT");
  EXPECT_TRUE(fs::is_empty(folder / "state"));
}

TEST(OutputLock, AnOlderSelfThatDoesNotLeaveIsNotTakenOver) {
  SKIP_WHERE_CHILDREN_CANNOT_HAVE_THREADS();
  const fs::path folder = fresh_folder("stays");
  const LockOptions options{.beat_s = 0.1, .expiry_s = 1};
  ::setenv("SLURM_JOB_ID", "815", 1);
  const Child older = holder(folder);
  ::setenv("SLURM_RESTART_COUNT", "1", 1);
  EXPECT_THAT(message_of([&] { OutputLock newer(folder, options); }), HasSubstr("another run is writing"));
  ::unsetenv("SLURM_JOB_ID");
  ::unsetenv("SLURM_RESTART_COUNT");
  EXPECT_FALSE(fs::exists(folder / "state" / "lock.request")) << "it no longer asks";
}

TEST(OutputLock, AFolderThatCannotBeWrittenIsSaid) {
  const fs::path folder = fresh_folder("unwritable");
  write_file_atomically(folder / "state", "a file");
  EXPECT_THAT(message_of([&] { OutputLock lock(folder); }), HasSubstr("state"));
}

}  // namespace
}  // namespace cytoscale
