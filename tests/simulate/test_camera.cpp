#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "simulate/paint/camera.hpp"

namespace cytoscale::simulate {
namespace {

Optics plain_optics() {
  Optics optics;
  optics.gain = {1};
  optics.background = {0};
  optics.blur_px = {0};
  optics.shading.resize(1);
  optics.bleed = {0};
  optics.offset = 200;
  optics.photons = 100;
  optics.read_noise = 3;
  return optics;
}

constexpr FieldKey key{5, 0, 0, 1};

TEST(Camera, NoiseHasTheVarianceOfPhotonsAndOfReading) {
  const int side = 256;
  const auto pictures =
      render_camera_image({std::vector<float>(side * side, 1.0f)}, side, plain_optics(), key);
  double sum = 0, squares = 0;
  for (auto gray : pictures[0]) sum += gray, squares += static_cast<double>(gray) * gray;
  const double n = side * side, mean = sum / n, sd = std::sqrt(squares / n - mean * mean);
  // 100 photons at 12 gray levels each, over the offset; variance 100 + 3² photons² (+ rounding).
  EXPECT_NEAR(mean, 200 + 1200, 5 * 12 * std::sqrt(109 / n));
  EXPECT_NEAR(sd, 12 * std::sqrt(109.0), 0.02 * 12 * std::sqrt(109.0));
}

TEST(Camera, DefocusKeepsLightAndMakesAGaussian) {
  const int side = 65;
  std::vector<float> plane(side * side, 0.0f);
  plane[32 * side + 32] = 1;
  Optics optics = plain_optics();
  optics.blur_px = {2};
  optics.photons = 40000;
  optics.read_noise = 0;
  const auto pictures = render_camera_image({plane}, side, optics, key);
  double sum = 0, second = 0;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const double photons = (pictures[0][static_cast<std::size_t>(y * side + x)] - 200) / 12.0;
      sum += photons;
      second += photons * (y - 32) * (y - 32);
    }
  EXPECT_NEAR(sum, 40000, 4 * std::sqrt(40000));
  EXPECT_NEAR(second / sum, 4,
              4 * std::sqrt(2 * 16 / 40000.0));  // 2 px squared, shot noise of 40,000 photons
}

TEST(Camera, BleedThroughAndShadingChangeWhatTheyShould) {
  const int side = 64;
  Optics optics = plain_optics();
  optics.gain = {1, 1};
  optics.background = {0, 0};
  optics.blur_px = {0, 0};
  optics.shading.resize(2);
  optics.shading[0].loss = 0.5;
  optics.bleed = {0, 0, 0.5, 0};  // half of channel 0 reaches channel 1
  const auto mean_of = [](const std::vector<std::uint16_t>& picture) {
    return std::accumulate(picture.begin(), picture.end(), 0.0) / static_cast<double>(picture.size());
  };
  const std::vector<std::vector<float>> planes = {std::vector<float>(side * side, 1.0f),
                                                  std::vector<float>(side * side, 0.0f)};
  const auto pictures = render_camera_image(planes, side, optics, key);
  EXPECT_NEAR(mean_of(pictures[1]), 200 + 600, 10);
  const double center = pictures[0][32 * side + 32], corner = pictures[0][0];
  EXPECT_LT(corner - 200, 0.85 * (center - 200));
}

TEST(Camera, TheSameFieldIsTheSamePictureAndAnotherIsNot) {
  const std::vector<std::vector<float>> planes = {std::vector<float>(32 * 32, 1.0f)};
  const auto first = render_camera_image(planes, 32, plain_optics(), key);
  EXPECT_EQ(first, render_camera_image(planes, 32, plain_optics(), key));
  EXPECT_NE(first, render_camera_image(planes, 32, plain_optics(), {5, 0, 0, 2}));
}

}  // namespace
}  // namespace cytoscale::simulate
