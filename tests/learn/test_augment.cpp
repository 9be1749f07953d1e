#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "learn/augment/augment.hpp"

namespace cytoscale::learn {
namespace {

// Whole numbers up to 65535 survive packing exactly.
image::FieldImage ramp_field() {
  image::FieldImage field(2, 60, 80);
  for (int c = 0; c < 2; ++c)
    for (int i = 0; i < 60; ++i)
      for (int j = 0; j < 80; ++j)
        field.plane(c)[static_cast<std::size_t>(i * 80 + j)] = static_cast<float>(100 * i + j + 7 * c);
  field.pixels[0] = field.pixels[60 * 80] = 65535;
  return field;
}

std::vector<float> cut(const image::PackedField& field, float y, float x, const Warp& warp, int size) {
  std::vector<float> out(static_cast<std::size_t>(field.channels * size * size));
  cut_crop(field, y, x, warp, size, out);
  return out;
}

TEST(Augment, IdentityIsThePlainCrop) {
  const auto field = ramp_field();
  const auto packed = image::pack_field(field);
  for (const auto& [y, x] : {std::pair(30.0f, 40.0f), {30.4f, 39.5f}, {2.0f, 78.0f}, {-20.0f, 5.0f}})
    for (const int size : {16, 17}) {
      std::vector<float> expected(static_cast<std::size_t>(2 * size * size));
      image::extract_crop(field, y, x, size, expected);
      const auto found = cut(packed, y, x, {}, size);
      for (std::size_t i = 0; i < found.size(); ++i)
        ASSERT_NEAR(found[i], expected[i], 0.01) << y << ' ' << x << ' ' << i;
    }
}

TEST(Augment, AQuarterTurnMovesPixelsAsItShould) {
  const auto packed = image::pack_field(ramp_field());
  const int size = 8;
  const auto plain = cut(packed, 30, 40, {}, size);
  const auto turned = cut(packed, 30, 40, {0, -1, 1, 0, 0, 0}, size);  // field offset of (i, j) is (-j, i)
  const auto mirrored = cut(packed, 30, 40, {1, 0, 0, -1, 0, 0}, size);
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j) {
      ASSERT_NEAR(turned[static_cast<std::size_t>(i * size + j)],
                  plain[static_cast<std::size_t>((size - 1 - j) * size + i)], 0.05);
      ASSERT_NEAR(mirrored[static_cast<std::size_t>(i * size + j)],
                  plain[static_cast<std::size_t>(i * size + size - 1 - j)], 0.05);
    }
}

// On a plane a + b·y + c·x bilinear interpolation is exact.
TEST(Augment, ShiftsBetweenPixelsInterpolate) {
  const auto packed = image::pack_field(ramp_field());
  const auto plain = cut(packed, 30, 40, {}, 8);
  Warp warp;
  warp.shift_y = 1.25f;
  warp.shift_x = -0.5f;
  const auto shifted = cut(packed, 30, 40, warp, 8);
  for (std::size_t i = 0; i < 64; ++i) ASSERT_NEAR(shifted[i], plain[i] + 125 - 0.5, 0.05);
}

TEST(Augment, DrawsAreIsometriesWithinTheirBounds) {
  AugmentOptions options;
  options.translation_px = 3;
  bool mirrored = false, plain = false;
  for (std::uint64_t i = 0; i < 200; ++i) {
    Random random(1, {i});
    const auto warp = draw_warp(random, options);
    const float determinant = warp.yy * warp.xx - warp.yx * warp.xy;
    EXPECT_NEAR(std::abs(determinant), 1, 1e-5);
    EXPECT_NEAR(warp.yy * warp.yy + warp.xy * warp.xy, 1, 1e-5);
    EXPECT_LE(std::abs(warp.shift_y), 3);
    EXPECT_LE(std::abs(warp.shift_x), 3);
    (determinant < 0 ? mirrored : plain) = true;
  }
  EXPECT_TRUE(mirrored && plain);
  options = {false, false, 0};
  Random random(1, {1});
  const auto warp = draw_warp(random, options);
  EXPECT_EQ(warp.yy, 1);
  EXPECT_EQ(warp.yx, 0);
  EXPECT_EQ(warp.shift_y, 0);
}

TEST(Augment, ACropLiesAnywhereInALargerPicture) {
  AugmentOptions options;
  options.rotate = options.flip = false;
  options.translation_px = 0;
  std::set<float> places;
  for (std::uint64_t i = 0; i < 500; ++i) {
    Random random(1, {i});
    const auto warp = draw_warp(random, options, {5, 40});
    EXPECT_LE(std::abs(warp.shift_y), 2);
    EXPECT_EQ(warp.shift_x, std::round(warp.shift_x));
    places.insert(warp.shift_x);
  }
  EXPECT_EQ(places.size(), 41u);
  EXPECT_EQ(*places.begin(), -20);
  EXPECT_EQ(*places.rbegin(), 20);
}

// Sailem et al. 2017 §3.3: angles to ±20°, scaling by 50 of 280 px.
TEST(Augment, AnglesAndScalesStayWithinTheirBounds) {
  AugmentOptions options;
  options.flip = false;
  options.angle_deg = 20;
  options.scale = 0.18;
  double least = 1, most = 1, widest = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    Random random(1, {i});
    const auto warp = draw_warp(random, options);
    const double zoom = 1 / std::hypot(warp.yy, warp.xy);
    least = std::min(least, zoom), most = std::max(most, zoom);
    widest = std::max(widest, std::abs(std::atan2(warp.xy, warp.yy)) * 180 / std::numbers::pi);
  }
  EXPECT_GT(least, 0.82 - 1e-5);
  EXPECT_LT(least, 0.83);
  EXPECT_LT(most, 1.18 + 1e-5);
  EXPECT_GT(most, 1.17);
  EXPECT_LT(widest, 20 + 1e-4);
  EXPECT_GT(widest, 19);
}

TEST(Augment, EdgesAreMirrored) {
  const auto packed = image::pack_field(ramp_field());
  Warp warp;
  warp.mirrored = true;
  std::vector<float> out(2 * 10 * 12);
  cut_crop(packed, 2, 78, warp, {10, 12}, out);  // rows -3 … 6, columns 72 … 83 of 60 × 80
  EXPECT_NEAR(out[12 * 3 + 1], 73, 0.05);
  EXPECT_NEAR(out[12 * 2 + 1], 73, 0.05);         // row -1 is row 0
  EXPECT_NEAR(out[12 * 0 + 1], 273, 0.05);        // row -3 is row 2
  EXPECT_NEAR(out[12 * 4 + 11], 176, 0.05);       // column 83 is column 76
  EXPECT_NEAR(out[120 + 12 * 4 + 8], 186, 0.05);  // column 80 is column 79, of the second channel
}

TEST(PackedField, KeepsNegativeAndFlatPlanes) {
  image::FieldImage field(2, 4, 4);
  field.plane(0)[3] = -5;
  field.plane(0)[5] = 10;
  const auto packed = image::pack_field(field);
  const auto crop = cut(packed, 2, 2, {}, 4);
  EXPECT_NEAR(crop[3], -5, 1e-3);
  EXPECT_NEAR(crop[5], 10, 1e-3);
  EXPECT_NEAR(crop[0], 0, 1e-3);
  EXPECT_EQ(crop[16], 0);
}

}  // namespace
}  // namespace cytoscale::learn
