#include "hdf5/numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace cytoscale::hdf5 {
namespace {

// Golden values: IEEE 754-2019 binary16 (as numpy.float16 gives them).
TEST(Half, KnownValues) {
  EXPECT_EQ(to_half(1.0f).bits, 0x3c00);
  EXPECT_EQ(to_half(-2.0f).bits, 0xc000);
  EXPECT_EQ(to_half(65504.0f).bits, 0x7bff);
  EXPECT_EQ(to_half(65520.0f).bits, 0x7c00);  // rounds to infinity
  EXPECT_EQ(to_half(65519.0f).bits, 0x7bff);
  EXPECT_EQ(to_half(0x1p-24f).bits, 0x0001);      // the smallest
  EXPECT_EQ(to_half(0x1p-25f).bits, 0x0000);      // half of it: to even
  EXPECT_EQ(to_half(0x1.8p-24f).bits, 0x0002);    // ties to even
  EXPECT_EQ(to_half(0x1.ffcp-15f).bits, 0x0400);  // rounds up into the normal range
  EXPECT_EQ(to_half(1.0f + 0x1p-11f).bits, 0x3c00);
  EXPECT_EQ(to_half(1.0f + 0x1.8p-10f).bits, 0x3c02);
  EXPECT_EQ(to_half(0.1f).bits, 0x2e66);
  EXPECT_EQ(to_half(-0.0f).bits, 0x8000);
  EXPECT_TRUE(std::isnan(from_half(to_half(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(Half, EveryValueSurvivesTheRoundTrip) {
  for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const Half half{static_cast<std::uint16_t>(bits)};
    const float value = from_half(half);
    if (std::isnan(value)) continue;
    ASSERT_EQ(to_half(value).bits, half.bits) << bits;
  }
}

}  // namespace
}  // namespace cytoscale::hdf5
