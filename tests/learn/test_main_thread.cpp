#include "learn/optim/main_thread.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

// A worker's sums are those over the ranks, in its order, while the main thread waits for its end.
TEST(MainThread, SumsForTheOthersUntilTheyHaveEnded) {
  MainThread main_thread;
  for (int time = 0; time < 2; ++time) {
    main_thread.begin();
    std::vector<double> values = {1.0 + world().rank(), 10};
    std::thread worker([&] {
      main_thread.sum(values);
      main_thread.sum(values);
      main_thread.end();
    });
    while (!main_thread.serve(world(), false)) {
    }
    worker.join();
    const double ranks = world().size();
    EXPECT_EQ(values[0], ranks * ranks * (ranks + 1) / 2);
    EXPECT_EQ(values[1], 10 * ranks * ranks);
  }
}

TEST(MainThread, ComesBackWhereItIsPokedOrCarries) {
  MainThread main_thread;
  main_thread.begin();
  EXPECT_FALSE(main_thread.serve(world(), true)) << "not later than MPI must be called";
  main_thread.poke();
  EXPECT_FALSE(main_thread.serve(world(), false));
  main_thread.end();
  EXPECT_TRUE(main_thread.serve(world(), false));
}

}  // namespace
}  // namespace cytoscale::learn
