#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "core/error.hpp"
#include "core/threads/dispatch.hpp"

namespace cytoscale {
namespace {

TEST(Dispatch, EachItemOnceOnWorkersWhileThisThreadHandsOut) {
  const auto self = std::this_thread::get_id();
  std::atomic<int> sum = 0, elsewhere = 0;
  std::size_t at = 0;
  int ticks = 0;
  dispatch(
      3,
      [&]() -> std::optional<std::size_t> {
        EXPECT_EQ(std::this_thread::get_id(), self);
        return at < 100 ? std::optional(at++) : std::nullopt;
      },
      [&](std::size_t item) {
        sum += static_cast<int>(item);
        elsewhere += std::this_thread::get_id() != self;
      },
      [&] { ++ticks; });
  EXPECT_EQ(sum, 4950);
  EXPECT_EQ(elsewhere, 100);
  EXPECT_GT(ticks, 0);
}

TEST(Dispatch, AWorkersExceptionEndsItAndIsRethrown) {
  std::size_t at = 0;
  EXPECT_THROW(dispatch(
                   2, [&]() -> std::optional<std::size_t> { return at++; },
                   [](std::size_t item) {
                     if (item == 5) throw Error("stop");
                   }),
               Error);
}

TEST(Dispatch, NothingToDo) {
  dispatch(
      4, []() -> std::optional<std::size_t> { return std::nullopt; }, [](std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace cytoscale
