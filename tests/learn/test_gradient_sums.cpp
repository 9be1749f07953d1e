#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>

#include "core/random.hpp"
#include "core/threads/worker_pool.hpp"
#include "learn/optim/gradient_sums.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

const std::vector<std::size_t> buckets = {300, 1, 1000, 77};
constexpr std::size_t all_values = 1378;

float value_of(std::uint64_t step, std::size_t shard, std::size_t i) {
  Random random(1, {step, shard, i});
  return static_cast<float>(random.normal() * std::pow(10.0, static_cast<double>(random.below(6))));
}

// A step of all shards on `threads` threads; each shard finishes its buckets in order.
std::vector<float> sum_of(GradientSums& sums, const mpi::Communicator& comm, WorkerPool& pool,
                          std::uint64_t step) {
  sums.begin();
  const auto mine = sums.shards();
  pool.start(mine.count, [&](std::size_t item, int) {
    const auto array = sums.array_of(mine.first + item);
    for (std::size_t b = 0; b < sums.buckets(); ++b) {
      for (std::size_t i = 0; i < buckets[b]; ++i)
        array[sums.offset(b) + i] = value_of(step, mine.first + item, sums.offset(b) + i);
      sums.complete(mine.first + item, b);
    }
  });
  while (!sums.advance()) std::this_thread::sleep_for(std::chrono::microseconds(20));
  pool.wait();
  comm.barrier();
  const auto result = sums.result();
  return {result.begin(), result.end()};
}

TEST(GradientSums, SameBitsForAnyRanksAndThreads) {
  for (const std::size_t shards : {4u, 5u, 8u, 11u})
    for (const int threads : {1, 3}) {
      WorkerPool pool(threads), one(1);
      GradientSums together(world(), shards, buckets);
      const auto self = mpi::Communicator::self();
      GradientSums alone(self, shards, buckets);
      for (std::uint64_t step = 0; step < 3; ++step) {
        const auto found = sum_of(together, world(), pool, step), expected = sum_of(alone, self, one, step);
        ASSERT_EQ(found.size(), all_values);
        EXPECT_EQ(std::memcmp(found.data(), expected.data(), all_values * sizeof(float)), 0)
            << shards << " shards, " << threads << " threads, step " << step;
      }
    }
}

// Oracle: the plain sum, as double.
TEST(GradientSums, AreThePlainSums) {
  WorkerPool pool(2);
  GradientSums sums(world(), 8, buckets);
  const auto found = sum_of(sums, world(), pool, 9);
  for (std::size_t i = 0; i < all_values; ++i) {
    double expected = 0, size = 0;
    for (std::size_t shard = 0; shard < 8; ++shard) {
      expected += value_of(9, shard, i);
      size += std::abs(value_of(9, shard, i));
    }
    ASSERT_NEAR(found[i], expected, 1e-6 * size) << i;
  }
}

TEST(GradientSums, BucketsStartBeforeTheLastIsComplete) {
  GradientSums sums(world(), 4, buckets);
  sums.begin();
  const auto mine = sums.shards();
  for (std::size_t s = mine.first; s < mine.first + mine.count; ++s) {
    for (auto& value : sums.array_of(s)) value = 1;
    sums.complete(s, 0);
    sums.complete(s, 2);  // out of order: waits for bucket 1
  }
  EXPECT_FALSE(sums.advance());
  EXPECT_EQ(sums.started(), 1u);
  for (std::size_t s = mine.first; s < mine.first + mine.count; ++s) {
    sums.complete(s, 1);
    sums.complete(s, 3);
  }
  while (!sums.advance()) std::this_thread::sleep_for(std::chrono::microseconds(20));
  for (const float value : sums.result()) EXPECT_EQ(value, 4);
  world().barrier();
}

}  // namespace
}  // namespace cytoscale::learn
