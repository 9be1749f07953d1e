#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/random.hpp"

namespace cytoscale {
namespace {

// Known-answer vectors published with Random123 (kat_vectors: philox4x32 10).
TEST(Random, PhiloxKnownAnswers) {
  const std::array<std::uint32_t, 4> zero = philox4x32({0, 0, 0, 0}, {0, 0});
  EXPECT_EQ(zero, (std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const auto ones = philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u});
  EXPECT_EQ(ones, (std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  const auto pi = philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0});
  EXPECT_EQ(pi, (std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, IsAFunctionOfSeedAndStream) {
  Random a(7, {1, 2}), b(7, {1, 2}), c(7, {2, 1}), d(8, {1, 2});
  const auto first = a.bits64();
  EXPECT_EQ(first, b.bits64());
  EXPECT_NE(first, c.bits64());
  EXPECT_NE(first, d.bits64());
}

struct Moments {
  double mean, variance;
};

template <typename Draw>
Moments moments(Draw draw) {
  double sum = 0, squares = 0;
  const int n = 40000;
  for (int i = 0; i < n; ++i) {
    const double x = static_cast<double>(draw());
    sum += x, squares += x * x;
  }
  return {sum / n, squares / n - sum / n * sum / n};
}

TEST(Random, DistributionsHaveTheirMoments) {
  Random random(3, {0});
  const auto normal = moments([&] { return random.normal(2, 3); });
  EXPECT_NEAR(normal.mean, 2, 0.06);
  EXPECT_NEAR(normal.variance, 9, 0.3);
  for (double mean : {0.5, 8.0, 200.0}) {
    const auto poisson = moments([&] { return random.poisson(mean); });
    EXPECT_NEAR(poisson.mean, mean, 5 * std::sqrt(mean / 40000));
    EXPECT_NEAR(poisson.variance, mean, 0.05 * mean + 0.02);
  }
  const auto gamma = moments([&] { return random.gamma(0.4); });
  EXPECT_NEAR(gamma.mean, 0.4, 0.02);
  EXPECT_NEAR(gamma.variance, 0.4, 0.04);
  const auto beta = moments([&] { return random.beta(0.2, 0.2); });
  EXPECT_NEAR(beta.mean, 0.5, 0.02);
  EXPECT_NEAR(beta.variance, 0.25 / 1.4, 0.01);  // ab/((a+b)^2 (a+b+1))
}

TEST(Random, BelowIsUniformAndInRange) {
  Random random(5, {9});
  std::array<int, 6> seen{};
  for (int i = 0; i < 60000; ++i) ++seen.at(random.below(6));
  for (int count : seen) EXPECT_NEAR(count, 10000, 500);
}

}  // namespace
}  // namespace cytoscale
