#include <gtest/gtest.h>

#include <numeric>

#include "mpi/agree.hpp"
#include "mpi/crew.hpp"
#include "mpi/threads.hpp"
#include "test_support.hpp"

namespace cytoscale::mpi {
namespace {

// Each item's square, and how its block began: blocks must not depend on ranks or threads.
struct Result {
  std::uint64_t square, begin;
  bool operator==(const Result&) const = default;
};

std::vector<Result> squares(const Crew& crew, std::size_t count) {
  return crew.map<Result>(count, 7, [](std::size_t first, std::size_t last, Result* results, int) {
    for (auto i = first; i < last; ++i) results[i - first] = {i * i, first};
  });
}

TEST(Crew, AllRanksHaveAllResults) {
  for (const std::size_t count : {0u, 1u, 6u, 7u, 8u, 100u}) {
    const auto alone = squares(Crew(), count);
    ASSERT_EQ(alone.size(), count);
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(alone[i], (Result{i * i, i / 7 * 7}));
    for (const int threads : {1, 3}) EXPECT_EQ(squares(Crew(world(), threads), count), alone);
  }
}

TEST(Crew, WhatABlockThrowsAllRanksThrow) {
  const Crew crew(world(), 2);
  const auto fail = [&] {
    crew.map<int>(50, 1, [](std::size_t first, std::size_t, int*, int) {
      if (first == 49) throw Error("the last one is broken");
    });
  };
  EXPECT_THROW(fail(), AgreedError);
}

TEST(Crew, LeadersWorkAndTheOthersWait) {
  std::int64_t leaders = 0;
  on_node_leaders(world(), 3, [&](const Crew& crew) {
    ++leaders;
    EXPECT_EQ(crew.root(), world().root());
    EXPECT_EQ(crew.threads(), 3 * world().node_size());
    EXPECT_EQ(squares(crew, 30), squares(Crew(), 30));
  });
  EXPECT_EQ(leaders, world().node_rank() == 0 ? 1 : 0);
  bool root = false;
  on_root_with_node(world(), 0, [&](const Crew& crew) {
    root = true;
    EXPECT_GE(crew.threads(), 1);
  });
  EXPECT_EQ(root, world().root());
  EXPECT_THROW(on_root_with_node(world(), 0, [](const Crew&) { throw Error("no"); }), AgreedError);
  EXPECT_THROW(on_root_with_node(world(), -1, [](const Crew&) {}), AgreedError);
}

}  // namespace
}  // namespace cytoscale::mpi
