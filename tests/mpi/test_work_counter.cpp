#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "mpi/work_counter.hpp"
#include "test_support.hpp"

namespace cytoscale::mpi {
namespace {

void take_all(std::int64_t total) {
  std::vector<std::int64_t> mine;
  {
    WorkCounter counter(world(), total);
    while (const auto item = counter.next()) {
      mine.push_back(*item);
      counter.serve();
    }
    EXPECT_FALSE(counter.next());  // and goes on giving nothing
  }
  auto all = world().gather_all(std::span<const std::int64_t>(mine));
  std::sort(all.begin(), all.end());
  std::vector<std::int64_t> expected(static_cast<std::size_t>(total));
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all, expected);
}

TEST(WorkCounter, HandsOutEachItemOnce) {
  take_all(101);
}
TEST(WorkCounter, FewerItemsThanRanks) {
  take_all(1);
}
TEST(WorkCounter, NoItems) {
  take_all(0);
}

TEST(WorkCounter, TwoAtOnceDoNotMix) {
  WorkCounter a(world(), 5), b(world(), 7);
  std::int64_t taken = 0;
  while (a.next()) ++taken;
  while (b.next()) ++taken;
  EXPECT_EQ(world().sum(taken), 12);
}

}  // namespace
}  // namespace cytoscale::mpi
