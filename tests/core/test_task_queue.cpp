#include "core/threads/task_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "core/error.hpp"
#include "core/threads/in_order.hpp"

namespace cytoscale {
namespace {

using namespace std::chrono_literals;

TEST(TaskQueue, GivesInTheOrderAskedFor) {
  TaskQueue<int> queue(3);
  for (int i = 0; i < 20; ++i) {
    queue.ask([i](Claim& claim) {
      claim.keep();
      std::this_thread::sleep_for(i % 4 == 0 ? 5ms : 0ms);
      return i;
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(queue.take({}), i);
  EXPECT_EQ(queue.asked(), 0u);
}

TEST(TaskQueue, TicksWhileWaitingAndRethrows) {
  TaskQueue<int> queue(1);
  queue.ask([](Claim&) {
    std::this_thread::sleep_for(70ms);
    return 0;
  });
  queue.ask([](Claim&) -> int { throw Error("no"); });
  int ticks = 0;
  queue.take([&] { ++ticks; });
  EXPECT_GE(ticks, 1);
  EXPECT_THROW(queue.take({}), Error);
}

TEST(TaskQueue, DropsWhatHasNotBegunWhenItEnds) {
  std::atomic<int> run = 0;
  {
    TaskQueue<int> queue(1);
    for (int i = 0; i < 50; ++i) {
      queue.ask([&run, i](Claim& claim) {
        claim.keep();
        ++run;
        std::this_thread::sleep_for(2ms);
        return i;
      });
    }
  }
  EXPECT_LT(run, 50);
}

// A read that hangs: given up, its thread replaced; when it comes back it is told so.
TEST(TaskQueue, GivesUpWhatHangsBeforeItsKeep) {
  std::promise<void> mended;
  const auto hang = std::make_shared<std::shared_future<void>>(mended.get_future().share());
  const auto kept = std::make_shared<std::promise<bool>>();
  auto told = kept->get_future();
  {
    TaskQueue<int> queue(1);
    queue.ask([hang, kept](Claim& claim) {
      hang->wait();
      kept->set_value(claim.keep());
      return 1;
    });
    queue.ask([](Claim&) { return 2; });
    EXPECT_EQ(queue.take({}, 0.05), std::nullopt);
    EXPECT_EQ(queue.take({}, 5), 2);
  }
  mended.set_value();
  EXPECT_FALSE(told.get());
}

TEST(TaskQueue, WaitsForWhatIsPastItsKeep) {
  std::atomic<bool> done = false;
  {
    TaskQueue<int> queue(1);
    std::promise<void> begun;
    queue.ask([&](Claim& claim) {
      EXPECT_TRUE(claim.keep());
      begun.set_value();
      std::this_thread::sleep_for(50ms);
      done = true;
      return 1;
    });
    begun.get_future().wait();
  }
  EXPECT_TRUE(done);
}

TEST(InOrder, GivesWhatItCanAndStopsAskingWhereTooManyHang) {
  const auto number = [](std::size_t place, Claim& claim) {
    const auto item = 5 + place;
    if (item % 3 == 1) std::this_thread::sleep_for(400ms);
    return claim.keep() ? item : 0;
  };
  const auto patient = in_order<std::size_t>(7, 2, 0, 1, number);
  ASSERT_EQ(patient.size(), 7u);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(patient[i], 5 + i);
  const auto hasty = in_order<std::size_t>(7, 2, 0.05, 9, number);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(hasty[i].has_value(), (5 + i) % 3 != 1) << i;
  const auto given_up = in_order<std::size_t>(7, 2, 0.05, 1, number);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(given_up[i].has_value(), 5 + i < 7) << i;
  EXPECT_TRUE(in_order<std::size_t>(0, 1, 0, 1, number).empty());
}

}  // namespace
}  // namespace cytoscale
