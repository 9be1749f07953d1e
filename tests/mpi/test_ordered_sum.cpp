#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <deque>

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
