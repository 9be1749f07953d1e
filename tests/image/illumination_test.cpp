#include "image/illumination.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "image/io/read_image.hpp"
#include "test_support.hpp"

namespace cytoscale::image {
namespace {

FieldImage random_field(int channels, int height, int width, std::uint64_t stream) {
  FieldImage field(channels, height, width);
  Random random(7, stream);
  for (float& v : field.pixels) v = float(random.below(4096));
  return field;
}

// A plate lit brightest off center, with cells that differ from field to field.
FieldImage lit_field(int side, std::uint64_t stream) {
  FieldImage field(1, side, side);
  Random random(11, stream);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const double dy = (y - 0.4 * side) / side, dx = (x - 0.6 * side) / side;
      field.plane(0)[std::size_t(y * side + x)] =
          float((1 - 0.8 * (dy * dy + dx * dx)) * (400 + random.normal(0, 40)));
    }
  }
  return field;
}

void add(IlluminationSum& sum, const FieldImage& field) {
  for (int c = 0; c < field.channels; ++c) sum.add(c, field.copy_plane(c));
  ++sum.fields;
}

// The gain of every pixel: what a field of ones is divided by.
std::vector<float> gain_of_pixels(const Illumination& illumination) {
  FieldImage ones(illumination.channels, illumination.height, illumination.width);
  std::fill(ones.pixels.begin(), ones.pixels.end(), 1.0f);
  correct(ones, illumination);
  for (float& v : ones.pixels) v = 1 / v;
  return ones.pixels;
}

TEST(Illumination, SumsAreTheSameInAnyOrderAndSplit) {
  for (const int window : {0, 24}) {  // a grid of pixels, and one of 3 px
    IlluminationOptions options;
    options.window_px = window;
    const PictureSize size(30, window ? 700 : 40);
    IlluminationSum all(2, size, options), first = all, second = all;
    for (std::uint64_t i = 0; i < 6; ++i) add(all, random_field(2, size.height, size.width, i));
    for (std::uint64_t i = 6; i-- > 0;)
      add(i % 2 ? first : second, random_field(2, size.height, size.width, i));
    first.add(second);
    EXPECT_EQ(first.fields, 6);
    EXPECT_EQ(first.sums, all.sums);
    EXPECT_EQ(first.step_px, window ? 3 : 1);
    EXPECT_EQ(make_illumination(first, options).gain, make_illumination(all, options).gain);
  }
}

TEST(Illumination, AGridIsTheMeanOfItsSquaresAndLinearBetweenTheirCenters) {
  IlluminationOptions options;
  options.window_px = 32;  // squares of 4 px, the last ones cut
  IlluminationSum sum(1, {10, 1023}, options);
  Plane plane(10, 1023);
  for (int y = 0; y < 10; ++y)
    for (int x = 0; x < 1023; ++x) plane.at(y, x) = float(x + 100 * y);
  sum.add(0, plane);
  ASSERT_EQ(sum.step_px, 4);
  ASSERT_EQ(sum.sums.size(), 3u * 256u);
  EXPECT_EQ(sum.sums[0] / 65536.0, 1.5 + 150);
  EXPECT_EQ(sum.sums[3 * 256 - 1] / 65536.0, 1021 + 850);

  Illumination ramp{1, 10, 12, {}, 4};
  for (int i = 0; i < 9; ++i) ramp.gain.push_back(float(1 + i % 3 + 10 * (i / 3)));
  ASSERT_EQ(ramp.grid(), PictureSize(3, 3));
  const auto gain = gain_of_pixels(ramp);
  std::vector<float> kept(gain.size());
  write_gains(ramp, kept);
  for (std::size_t i = 0; i < gain.size(); ++i) EXPECT_FLOAT_EQ(kept[i], gain[i]);
  EXPECT_FLOAT_EQ(gain[0], 1);                     // before the first center
  EXPECT_FLOAT_EQ(gain[4], 1.625f);                // a pixel's middle, 4.5, lies between centers at 2 and 6
  EXPECT_FLOAT_EQ(gain[9 * 12 + 11], 3 + 18.75f);  // in x beyond the last center
  EXPECT_FLOAT_EQ(gain[4 * 12], 1 + 10 * 0.625f);
}

TEST(Illumination, FlattensAPlateAndLeavesItsLevel) {
  for (const auto smoothing : {Smoothing::median, Smoothing::gaussian}) {
    IlluminationOptions options;
    options.smoothing = smoothing;
    IlluminationSum sum(1, 300, options);
    for (std::uint64_t i = 0; i < 12; ++i) add(sum, lit_field(300, i));
    const auto illumination = make_illumination(sum, options);
    const auto gain = gain_of_pixels(illumination);
    const auto [low, high] = std::minmax_element(gain.begin(), gain.end());
    EXPECT_GT(*low, 0.8);  // 2 % of the pixels lie below the floor that the mean is divided by
    EXPECT_LE(*low, 1.0);
    EXPECT_GT(*high, 1.3);
    auto field = lit_field(300, 99);
    const auto corner_over_center = [&] {
      double corner = 0, center = 0;
      for (int y = 0; y < 40; ++y) {
        for (int x = 0; x < 40; ++x) {
          corner += field.plane(0)[std::size_t((260 + y) * 300 + x)];
          center += field.plane(0)[std::size_t((100 + y) * 300 + 160 + x)];
        }
      }
      return corner / center;
    };
    EXPECT_LT(corner_over_center(), 0.75);
    correct(field, illumination);
    EXPECT_NEAR(corner_over_center(), 1, 0.12) << enum_name(smoothing);  // windows are cut at the corner
  }
}

TEST(Illumination, OffOrBlackMeansOne) {
  IlluminationOptions off;
  off.smoothing = Smoothing::none;
  IlluminationSum sum(1, 20, off);
  add(sum, random_field(1, 20, 20, 1));
  EXPECT_THAT(gain_of_pixels(make_illumination(sum, off)), testing::Each(1.0f));
  EXPECT_THAT(make_illumination(sum, off).gain, testing::Each(1.0f));
  IlluminationSum black(1, 20, {});
  add(black, FieldImage(1, 20, 20));
  EXPECT_THAT(make_illumination(black, {}).gain, testing::Each(1.0f));
}

TEST(Illumination, RefusesUnlikeFieldsAndBadOptions) {
  IlluminationSum sum(2, 20, {});
  EXPECT_THROW(make_illumination(sum, {}), Error);
  add(sum, random_field(2, 20, 20, 1));
  EXPECT_THROW(sum.add(0, Plane(20, 21)), Error);
  auto higher = random_field(2, 21, 20, 1), fewer = random_field(1, 20, 20, 1);
  EXPECT_THROW(correct(higher, make_illumination(sum, {})), Error);
  EXPECT_THROW(correct(fewer, make_illumination(sum, {})), Error);
  Plane wider(20, 21);
  EXPECT_THROW(correct(wider, make_illumination(sum, {}), 1), Error);
  IlluminationOptions options;
  options.window_px = -1;
  EXPECT_THROW(options.validate(), Error);
  options = {};
  options.floor_percentile = 80;
  EXPECT_THROW(options.validate(), Error);
}

// CellProfiler's ExampleIlluminationCorrection, 72 fields of 512 x 512. Oracle: numpy 1.24 and scipy 1.10;
// mean of the stack; numpy.median in windows of 129 px clipped at the edges, or
// scipy.ndimage.gaussian_filter(sigma 32, mode "reflect"); divided by numpy.percentile 2. Sampled at (0, 128,
// 256, 384, 511)².
constexpr std::array<float, 25> median_oracle = {
    0.9680f, 1.0066f, 1.5380f, 1.7333f, 1.7356f, 1.0596f, 1.4567f, 1.9774f, 2.3038f,
    2.2415f, 1.5478f, 1.9686f, 2.4758f, 2.6125f, 2.4019f, 1.6650f, 1.9518f, 2.3847f,
    2.6748f, 2.5219f, 1.5185f, 1.8798f, 2.3786f, 2.5637f, 2.3247f};
constexpr std::array<float, 25> gaussian_oracle = {
    0.9362f, 1.0070f, 1.5125f, 1.7141f, 1.6871f, 1.0949f, 1.4422f, 2.0038f, 2.2792f,
    2.2210f, 1.5215f, 1.9834f, 2.4979f, 2.6168f, 2.3818f, 1.6174f, 1.9667f, 2.4180f,
    2.6832f, 2.4846f, 1.4605f, 1.8711f, 2.3897f, 2.5554f, 2.2595f};

// Standard deviation over mean of the means of 64 px blocks.
double unevenness(std::span<const float> plane, int side) {
  std::vector<double> blocks;
  for (int y = 0; y + 64 <= side; y += 64) {
    for (int x = 0; x + 64 <= side; x += 64) {
      double sum = 0;
      for (int i = 0; i < 64 * 64; ++i) sum += plane[std::size_t((y + i / 64) * side + x + i % 64)];
      blocks.push_back(sum);
    }
  }
  double mean = 0, squares = 0;
  for (const double b : blocks) mean += b / double(blocks.size());
  for (const double b : blocks) squares += (b - mean) * (b - mean) / double(blocks.size());
  return std::sqrt(squares) / mean;
}

std::vector<std::filesystem::path> illumination_fields(const std::filesystem::path& data) {
  std::vector<std::filesystem::path> files;
  const auto folder = data / "cellprofiler_examples" / "ExampleIlluminationCorrection" / "images";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("AS_09047")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Illumination, RealPlateAgreesWithScipyAndBecomesFlat) {
  const auto data = test_data();
  if (!data) GTEST_SKIP() << no_data_reason;
  IlluminationSum sum(1, 512, {});
  FieldImage mean(1, 512, 512);
  const auto files = illumination_fields(*data);
  ASSERT_EQ(files.size(), 72u);
  for (const auto& file : files) {
    const auto plane = to_float(read_raw({file, 0}));
    sum.add(0, plane);
    ++sum.fields;
    for (std::size_t i = 0; i < plane.pixels.size(); ++i) mean.pixels[i] += plane.pixels[i] / 72;
  }
  for (const auto smoothing : {Smoothing::median, Smoothing::gaussian}) {
    IlluminationOptions options;
    options.smoothing = smoothing;
    const auto illumination = make_illumination(sum, options);
    const auto& oracle = smoothing == Smoothing::median ? median_oracle : gaussian_oracle;
    constexpr std::array<int, 5> at = {0, 128, 256, 384, 511};
    const auto gain = gain_of_pixels(illumination);
    for (std::size_t i = 0; i < 25; ++i) {
      EXPECT_NEAR(gain[std::size_t(at[i / 5] * 512 + at[i % 5])] / oracle[i], 1, 0.02)
          << enum_name(smoothing) << " at " << at[i / 5] << ", " << at[i % 5];
    }
    auto corrected = mean;
    correct(corrected, illumination);
    EXPECT_GT(unevenness(mean.plane(0), 512), 0.24);
    EXPECT_LT(unevenness(corrected.plane(0), 512), 0.03) << enum_name(smoothing);
  }
}

}  // namespace
}  // namespace cytoscale::image
