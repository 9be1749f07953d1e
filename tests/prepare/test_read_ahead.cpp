#include "prepare/read_ahead.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

#include "core/error.hpp"

namespace cytoscale::prepare {
namespace {

PreparedField named(std::size_t field) {
  PreparedField result;
  result.field = field;
  return result;
}

TEST(ReadAhead, GivesInTheOrderAskedFor) {
  ReadAhead ahead(3);
  for (std::size_t i = 0; i < 20; ++i) {
    ahead.ask([i] {
      std::this_thread::sleep_for(std::chrono::milliseconds(i % 4 == 0 ? 5 : 0));
      return named(i);
    });
  }
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(ahead.take([] {}).field, i);
  EXPECT_EQ(ahead.asked(), 0u);
}

TEST(ReadAhead, TicksWhileWaitingAndRethrows) {
  ReadAhead ahead(1);
  ahead.ask([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(70));
    return named(0);
  });
  ahead.ask([]() -> PreparedField { throw Error("no"); });
  int ticks = 0;
  ahead.take([&] { ++ticks; });
  EXPECT_GE(ticks, 1);
  EXPECT_THROW(ahead.take([] {}), Error);
}

TEST(ReadAhead, DropsWhatHasNotBegunWhenItEnds) {
  std::atomic<int> run = 0;
  {
    ReadAhead ahead(1);
    for (std::size_t i = 0; i < 50; ++i) {
      ahead.ask([&run, i] {
        ++run;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        return named(i);
      });
    }
  }
  EXPECT_LT(run, 50);
}

}  // namespace
}  // namespace cytoscale::prepare
