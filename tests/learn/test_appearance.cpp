#include <gtest/gtest.h>

#include <algorithm>

#include "image/filter/gaussian_blur.hpp"
#include "learn/augment/appearance.hpp"

namespace cytoscale::learn {
namespace {

constexpr int side = 9, area = side * side;

// Two channels; the brightest pixels are 80 and 160.
std::vector<float> crop_of_ramps() {
  std::vector<float> crop(2 * area);
  for (int i = 0; i < area; ++i) {
    crop[static_cast<std::size_t>(i)] = static_cast<float>(i);
    crop[static_cast<std::size_t>(area + i)] = static_cast<float>(2 * (area - 1 - i));
  }
  return crop;
}

std::vector<float> changed(const std::vector<Appearance>& appearances) {
  auto crop = crop_of_ramps();
  change_appearance(crop, side, appearances);
  return crop;
}

TEST(Appearance, NothingChangesByDefault) {
  Random random(1, 2);
  const auto drawn = draw_appearances(random, {}, 2);
  ASSERT_EQ(drawn.size(), 2u);
  EXPECT_EQ(changed(drawn), crop_of_ramps());
}

TEST(Appearance, LightIsAShareOfEachChannelsBrightestPixel) {
  const auto plain = crop_of_ramps(), lit = changed({{0.1f, 0}, {0.25f, 0}});
  for (std::size_t i = 0; i < 2 * area; ++i) EXPECT_FLOAT_EQ(lit[i], plain[i] + (i < area ? 8 : 40));
}

TEST(Appearance, NoPixelGoesBelowZeroByLightTakenAway) {
  const auto plain = crop_of_ramps(), dark = changed({{-0.5f, 0}, {0, 0}});
  for (std::size_t i = 0; i < area; ++i) EXPECT_FLOAT_EQ(dark[i], std::max(plain[i] - 40, 0.0f));
  std::vector<float> below = {-3, 10};  // what the field's own correction left below 0 stays
  change_appearance(below, 1, std::vector<Appearance>{{-0.5f, 0}});
  EXPECT_EQ(below, (std::vector<float>{-3, 5}));
}

TEST(Appearance, EachChannelIsBlurredForItself) {
  const auto plain = crop_of_ramps(), blurred = changed({{0, 1.5f}, {0, 0}});
  image::Plane first(side, side);
  std::copy_n(plain.begin(), area, first.pixels.begin());
  const auto expected = image::gaussian_blur(first, 1.5);
  for (std::size_t i = 0; i < area; ++i) EXPECT_EQ(blurred[i], expected.pixels[i]);
  EXPECT_TRUE(std::equal(blurred.begin() + area, blurred.end(), plain.begin() + area));
}

TEST(Appearance, DrawsFillTheRangesAndChannelsDiffer) {
  AugmentOptions augment;
  augment.background = 0.2;
  augment.blur_px = 1.5;
  double background = 0, darkest = 0, brightest = 0, blur = 0, widest = 0;
  constexpr int draws = 2000;
  for (int i = 0; i < draws; ++i) {
    Random random(7, {1, static_cast<std::uint64_t>(i)});
    const auto drawn = draw_appearances(random, augment, 2);
    EXPECT_NE(drawn[0].background, drawn[1].background);
    EXPECT_NE(drawn[0].blur_px, drawn[1].blur_px);
    background += drawn[1].background / draws;
    blur += drawn[1].blur_px / draws;
    darkest = std::min<double>(darkest, drawn[0].background);
    brightest = std::max<double>(brightest, drawn[0].background);
    widest = std::max<double>(widest, drawn[0].blur_px);
  }
  EXPECT_NEAR(background, 0, 0.01);
  EXPECT_NEAR(blur, 0.75, 0.04);
  EXPECT_NEAR(darkest, -0.2, 0.002);
  EXPECT_NEAR(brightest, 0.2, 0.002);
  EXPECT_NEAR(widest, 1.5, 0.01);
}

}  // namespace
}  // namespace cytoscale::learn
