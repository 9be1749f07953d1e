#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <deque>
#include <map>
#include <tuple>

#include "mpi/ordered_sum.hpp"
#include "test_support.hpp"

namespace cytoscale::mpi {
namespace {

// Values of very unlike size: a sum in another order has other bits.
float value_of(std::size_t part, std::size_t i) {
  return static_cast<float>(std::sin(static_cast<double>(7 * part + 13 * i + 1)) *
                            std::pow(10.0, static_cast<double>((part * 5 + i) % 7)));
}

// The tree, written down as it is defined.
float tree(std::size_t first, std::size_t count, std::size_t parts, std::size_t i) {
  if (count == 1) return value_of(first, i);
  const auto half = count / 2;
  const float left = tree(first, half, parts, i);
  return first + half < parts ? left + tree(first + half, half, parts, i) : left;
}

std::size_t power_above(std::size_t parts) {
  std::size_t power = 1;
  while (power < parts) power *= 2;
  return power;
}

TEST(OrderedSum, SubtreesOfBlocks) {
  using Ranges = std::vector<PartRange>;
  EXPECT_EQ(subtrees_of({0, 8}), (Ranges{{0, 8}}));
  EXPECT_EQ(subtrees_of({0, 7}), (Ranges{{0, 4}, {4, 2}, {6, 1}}));
  EXPECT_EQ(subtrees_of({3, 6}), (Ranges{{3, 1}, {4, 4}, {8, 1}}));
  EXPECT_TRUE(subtrees_of({5, 0}).empty());
  EXPECT_EQ(parts_of(10, 1, 4), (PartRange{2, 3}));
}

TEST(OrderedSum, HasTheBitsOfTheTree) {
  const std::size_t values = 1003;
  for (const std::size_t parts : {4u, 5u, 6u, 7u, 8u, 13u, 16u}) {
    const auto subtrees = subtrees_of(parts_of(parts, world().rank(), world().size()));
    std::vector<std::vector<float>> arrays;
    for (const auto& subtree : subtrees) {
      arrays.emplace_back(values);
      for (std::size_t i = 0; i < values; ++i)
        arrays.back()[i] = tree(subtree.first, subtree.count, parts, i);
    }
    OrderedSum sum(world(), parts, values, 3);
    sum.start({arrays.begin(), arrays.end()});
    while (!sum.advance()) {
    }
    std::vector<float> expected(values);
    for (std::size_t i = 0; i < values; ++i) expected[i] = tree(0, power_above(parts), parts, i);
    EXPECT_EQ(std::memcmp(arrays[0].data(), expected.data(), values * sizeof(float)), 0) << parts;
  }
}

// Carries values between ranks that are objects of one process, and counts messages.
struct Post {
  std::map<std::tuple<int, int, int>, std::deque<std::vector<float>>> under_way;  // from, to, phase
  std::vector<std::size_t> messages, values;                                      // sent by each rank
};

class PostWire : public SumWire {
 public:
  PostWire(Post& post, int rank) : post_(post), rank_(rank) {}
  void send(std::span<const float> values, int to, int phase) override {
    post_.under_way[{rank_, to, phase}].emplace_back(values.begin(), values.end());
    ++post_.messages[static_cast<std::size_t>(rank_)];
    post_.values[static_cast<std::size_t>(rank_)] += values.size();
  }
  void receive(std::span<float> values, int from, int phase) override {
    expected_.emplace_back(values, from, phase);
  }
  bool all_arrived() override {
    while (!expected_.empty()) {
      const auto& [values, from, phase] = expected_.front();
      auto& queue = post_.under_way[{from, rank_, phase}];
      if (queue.empty()) return false;
      EXPECT_EQ(queue.front().size(), values.size());
      std::copy(queue.front().begin(), queue.front().end(), values.begin());
      queue.pop_front();
      expected_.pop_front();
    }
    return true;
  }

 private:
  Post& post_;
  int rank_;
  std::deque<std::tuple<std::span<float>, int, int>> expected_;
};

// All ranks' sums, in one process; returns what was posted.
Post sum_of_ranks(int ranks, std::size_t parts, std::size_t values) {
  Post post;
  post.messages.resize(static_cast<std::size_t>(ranks));
  post.values.resize(static_cast<std::size_t>(ranks));
  std::deque<OrderedSum> sums;
  std::vector<std::vector<std::vector<float>>> arrays(static_cast<std::size_t>(ranks));
  for (int r = 0; r < ranks; ++r) {
    auto& mine = arrays[static_cast<std::size_t>(r)];
    for (const auto& subtree : subtrees_of(parts_of(parts, r, ranks))) {
      mine.emplace_back(values);
      for (std::size_t i = 0; i < values; ++i) mine.back()[i] = tree(subtree.first, subtree.count, parts, i);
    }
    sums.emplace_back(std::make_unique<PostWire>(post, r), r, ranks, parts, values);
    sums.back().start({mine.begin(), mine.end()});
  }
  bool all = false;
  for (int rounds = 0; !all && rounds < 1000; ++rounds) {
    all = true;
    for (auto& sum : sums) all &= sum.advance();
  }
  EXPECT_TRUE(all) << "ranks wait for each other";
  std::vector<float> expected(values);
  for (std::size_t i = 0; i < values; ++i) expected[i] = tree(0, power_above(parts), parts, i);
  for (const auto& mine : arrays)
    EXPECT_EQ(std::memcmp(mine[0].data(), expected.data(), values * sizeof(float)), 0);
  for (const auto& [way, queue] : post.under_way) EXPECT_TRUE(queue.empty());
  return post;
}

TEST(OrderedSum, ManyRanksInOneProcess) {
  for (const int ranks : {1, 2, 3, 4, 5, 6, 7, 8, 11, 16, 64})
    for (const std::size_t parts : {64u, 65u, 96u, 127u, 128u, 200u}) {
      SCOPED_TRACE(std::to_string(parts) + " parts, " + std::to_string(ranks) + " ranks");
      sum_of_ranks(ranks, parts, 211);
    }
  for (const int ranks : {3, 5, 7})
    for (std::size_t parts = static_cast<std::size_t>(ranks); parts < 16; ++parts) {
      SCOPED_TRACE(std::to_string(parts) + " parts, " + std::to_string(ranks) + " ranks");
      sum_of_ranks(ranks, parts, 2);  // fewer values than ranks: empty shares
    }
}

TEST(OrderedSum, MessagesGrowWithTheLogarithmOfRanks) {
  const std::size_t values = 5000;
  for (const int ranks : {8, 64, 512}) {
    const auto post = sum_of_ranks(ranks, static_cast<std::size_t>(ranks) * 2, values);
    const auto steps = static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(ranks)) - 1);
    for (const auto messages : post.messages)
      EXPECT_LE(messages, 3 * steps + 1);                             // two ranges where they wrap
    for (const auto sent : post.values) EXPECT_LE(sent, 2 * values);  // as a ring's
  }
  for (const int ranks : {7, 48, 300}) {  // blocks that are no subtrees
    const auto post = sum_of_ranks(ranks, static_cast<std::size_t>(ranks) * 3 + 1, values);
    const auto steps = static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(ranks)));
    for (const auto messages : post.messages) EXPECT_LE(messages, 12 * steps);
    for (const auto sent : post.values) EXPECT_LE(sent, 5 * values);
  }
}

TEST(OrderedSum, ManyAtOnceInAnyOrder) {
  const std::size_t sums = 6, parts = 4;
  std::deque<OrderedSum> running;
  std::vector<std::vector<std::vector<float>>> arrays(sums);
  for (std::size_t s = 0; s < sums; ++s) {
    running.emplace_back(world(), parts, s, static_cast<int>(s));  // the first has no values at all
    for (const auto& subtree : subtrees_of(parts_of(parts, world().rank(), world().size())))
      arrays[s].emplace_back(s, static_cast<float>(subtree.count));
  }
  for (std::size_t k = 0; k < sums; ++k) {
    const auto s = world().rank() % 2 ? sums - 1 - k : k;
    running[s].start({arrays[s].begin(), arrays[s].end()});
  }
  for (bool all = false; !all;) {
    all = true;
    for (auto& sum : running) all &= sum.advance();
  }
  for (std::size_t s = 0; s < sums; ++s)
    for (const float value : arrays[s][0]) EXPECT_EQ(value, 4);
}

}  // namespace
}  // namespace cytoscale::mpi
