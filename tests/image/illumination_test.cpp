#include "image/illumination.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "image/io/tiff.hpp"
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

TEST(Illumination, SumsAreTheSameInAnyOrderAndSplit) {
  IlluminationSum all, first, second;
  for (std::uint64_t i = 0; i < 6; ++i) all.add(random_field(2, 30, 40, i));
  for (std::uint64_t i = 6; i-- > 0;) (i % 2 ? first : second).add(random_field(2, 30, 40, i));
  first.fields += second.fields;
  for (std::size_t i = 0; i < first.sums.size(); ++i) first.sums[i] += second.sums[i];
  EXPECT_EQ(first.sums, all.sums);
  EXPECT_EQ(make_illumination(first, {}).gain, make_illumination(all, {}).gain);
}

TEST(Illumination, FlattensAPlateAndLeavesItsLevel) {
  for (const auto smoothing : {Smoothing::median, Smoothing::gaussian}) {
    IlluminationSum sum;
    for (std::uint64_t i = 0; i < 12; ++i) sum.add(lit_field(300, i));
    IlluminationOptions options;
    options.smoothing = smoothing;
    const auto illumination = make_illumination(sum, options);
    const auto [low, high] = std::minmax_element(illumination.gain.begin(), illumination.gain.end());
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
  IlluminationSum sum;
  sum.add(random_field(1, 20, 20, 1));
  IlluminationOptions off;
  off.smoothing = Smoothing::none;
  EXPECT_THAT(make_illumination(sum, off).gain, testing::Each(1.0f));
  IlluminationSum black;
  black.add(FieldImage(1, 20, 20));
  EXPECT_THAT(make_illumination(black, {}).gain, testing::Each(1.0f));
}

TEST(Illumination, RefusesUnlikeFieldsAndBadOptions) {
  IlluminationSum sum;
  EXPECT_THROW(make_illumination(sum, {}), Error);
  sum.add(random_field(2, 20, 20, 1));
  EXPECT_THROW(sum.add(random_field(2, 20, 21, 1)), Error);
  EXPECT_THROW(sum.add(random_field(1, 20, 20, 1)), Error);
  auto other = random_field(2, 21, 20, 1);
  EXPECT_THROW(correct(other, make_illumination(sum, {})), Error);
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
  IlluminationSum sum;
  FieldImage mean(1, 512, 512);
  const auto files = illumination_fields(*data);
  ASSERT_EQ(files.size(), 72u);
  for (const auto& file : files) {
    const auto plane = to_float(read_raw({file, 0}));
    FieldImage field(1, plane.height, plane.width);
    field.pixels = plane.pixels;
    sum.add(field);
    for (std::size_t i = 0; i < plane.pixels.size(); ++i) mean.pixels[i] += plane.pixels[i] / 72;
  }
  for (const auto smoothing : {Smoothing::median, Smoothing::gaussian}) {
    IlluminationOptions options;
    options.smoothing = smoothing;
    const auto illumination = make_illumination(sum, options);
    const auto& oracle = smoothing == Smoothing::median ? median_oracle : gaussian_oracle;
    constexpr std::array<int, 5> at = {0, 128, 256, 384, 511};
    for (std::size_t i = 0; i < 25; ++i) {
      const float gain = illumination.gain[std::size_t(at[i / 5] * 512 + at[i % 5])];
      EXPECT_NEAR(gain / oracle[i], 1, 0.02)
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
