#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "core/threads/worker_pool.hpp"

namespace cytoscale {
namespace {

TEST(WorkerPool, DoesEveryItemOnceForAnyNumberOfThreads) {
  for (const int threads : {1, 2, 7}) {
    std::atomic<int> started = 0;
    WorkerPool pool(threads, [&] { ++started; });
    for (const std::size_t count : {0u, 1u, 5u, 1000u}) {
      std::vector<std::atomic<int>> done(count);
      pool.run(count, [&](std::size_t item, int worker) {
        EXPECT_LT(worker, threads);
        ++done[item];
      });
      for (const auto& times : done) EXPECT_EQ(times, 1);
    }
    EXPECT_EQ(started, threads);
  }
}

TEST(WorkerPool, PassesAnExceptionOnAndGoesOnWorking) {
  WorkerPool pool(2);
  EXPECT_THROW(pool.run(100,
                        [](std::size_t item, int) {
                          if (item == 3) throw std::runtime_error("item 3");
                        }),
               std::runtime_error);
  std::atomic<int> done = 0;
  pool.run(10, [&](std::size_t, int) { ++done; });
  EXPECT_EQ(done, 10);
}

TEST(WorkerPool, TellsWhenAllIsDone) {
  WorkerPool pool(3);
  std::atomic<int> done = 0, at_end = -1;
  pool.start(
      20, [&](std::size_t, int) { ++done; }, [&] { at_end = done.load(); });
  pool.wait();
  EXPECT_EQ(at_end, 20);
}

}  // namespace
}  // namespace cytoscale
