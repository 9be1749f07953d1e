#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/system/lock_file.hpp"
#include "core/system/output_lock.hpp"
#include "locks.hpp"
#include "processes.hpp"
#include "test_support.hpp"

namespace cytoscale {
namespace {

namespace fs = std::filesystem;

// Starts `count` newcomers at once; each holds the lock until all have told how it went. How many got it.
int winners(const fs::path& folder, int count) {
  Gate start, finish;
  Pipe report;
  std::vector<Child> newcomers;
  for (int i = 0; i < count; ++i) {
    newcomers.emplace_back([&] {
      start.wait();
      bool won = false;
      try {
        OutputLock lock(folder);
        won = true;
        report.say('w');
        finish.wait();
        lock.still_mine();
        return 0;
      } catch (const Error& refused) {
        if (won) return 1;  // it holds the lock no longer
        report.say(std::string(refused.what()).find("another run is writing") != std::string::npos ? 'r'
                                                                                                   : '?');
        return 0;
      }
    });
  }
  start.open();
  int won = 0;
  for (int i = 0; i < count; ++i) {
    const char word = report.hear();
    EXPECT_THAT(word, testing::AnyOf('w', 'r'));
    won += word == 'w';
  }
  finish.open();
  for (auto& newcomer : newcomers) EXPECT_EQ(newcomer.exit_code(), 0);
  return won;
}

TEST(OutputLock, OfTwoThatRaceOneWins) {
  SKIP_WHERE_CHILDREN_CANNOT_HAVE_THREADS();
  const fs::path folder = fresh_folder("race");
  for (int round = 0; round < 50; ++round) EXPECT_EQ(winners(folder, 2), 1) << "round " << round;
  EXPECT_TRUE(fs::is_empty(folder / "state")) << "released, nothing left beside it";
}

TEST(OutputLock, OfFourThatTakeOverOneWins) {
  SKIP_WHERE_CHILDREN_CANNOT_HAVE_THREADS();
  const fs::path folder = fresh_folder("takeover_race");
  for (int round = 0; round < 30; ++round) {
    holder(folder).kill_and_reap();
    EXPECT_EQ(winners(folder, 4), 1) << "round " << round;
  }
}

TEST(OutputLock, OfFourThatTakeOverFromOneThatDiedTakingOverOneWins) {
  SKIP_WHERE_CHILDREN_CANNOT_HAVE_THREADS();
  const fs::path folder = fresh_folder("chain_race");
  for (int round = 0; round < 10; ++round) {
    holder(folder).kill_and_reap();
    const auto dead = read_lock(lock_of(folder));
    holder(folder).kill_and_reap();
    fs::rename(lock_of(folder), folder / "state" / ("lock.after-" + dead->record.id));
    write_file_atomically(lock_of(folder), dead->record.text());
    EXPECT_EQ(winners(folder, 4), 1) << "round " << round;
  }
}

}  // namespace
}  // namespace cytoscale
