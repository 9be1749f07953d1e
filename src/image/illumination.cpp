#include "image/illumination.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/expect.hpp"
#include "core/statistics.hpp"
#include "core/vector_clones.hpp"
#include "image/filter/filters_internal.hpp"
#include "image/filter/gaussian_blur.hpp"
#include "image/size_text.hpp"

namespace cytoscale::image {
namespace {

constexpr double unit = 65536;
constexpr double largest_mean = 4294967296.0;  // 2^32: 2^15 fields of it still fit a 64-bit sum
constexpr int smooth_side_px = 256;            // longer sides are smoothed on a grid

PictureSize grid_of(int height, int width, int step_px) {
  const auto squares = [step_px](int px) { return px / step_px + (px % step_px != 0); };
  return {squares(height), squares(width)};
}

double window_of(const PictureSize& field, const IlluminationOptions& options) {
  return options.window_px > 0 ? options.window_px : std::max(field.height, field.width) / 4.0;
}

int step_of(const PictureSize& field, const IlluminationOptions& options) {
  const int side = std::max({field.height, field.width, 1});
  if (options.smoothing == Smoothing::none) return side;
  return std::max(1, static_cast<int>(std::min((side + smooth_side_px - 1) / double(smooth_side_px),
                                               window_of(field, options) / 8)));
}

Plane smoothed(const Plane& mean, double window, const IlluminationOptions& options) {
  return options.smoothing == Smoothing::gaussian
             ? gaussian_blur(mean, window / 4)
             : filters::median_window(mean, std::max(1, static_cast<int>(std::lround(window / 2))));
}

void check_same_size(const PictureSize& field, const PictureSize& wanted, const std::string& whose,
                     const std::string& remedy) {
  if (field != wanted)
    throw Error("a field has " + size_text(field) + ", " + whose + " " + size_text(wanted), "", remedy);
}

CYTO_VECTOR_CLONES void divide(float* pixels, const float* gain, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) pixels[i] /= gain[i];
}

filters::EnlargedRows gain_rows(const Illumination& illumination, int channel) {
  const auto grid = illumination.grid();
  const std::span<const float> gain(illumination.gain.data() + std::size_t(channel) * grid.pixels(),
                                    grid.pixels());
  return {gain, grid, illumination.step_px, {illumination.height, illumination.width}};
}

void correct_plane(std::span<float> plane, const Illumination& illumination, int channel) {
  auto rows = gain_rows(illumination, channel);
  const auto width = static_cast<std::size_t>(illumination.width);
  for (int y = 0; y < illumination.height; ++y)
    divide(plane.data() + std::size_t(y) * width, rows.row(y).data(), width);
}

const char* const again = "Run illuminate again for this screen";

}  // namespace

void IlluminationOptions::validate() const {
  if (window_px < 0 || window_px > 100'000) {
    throw Error("the illumination window is " + std::to_string(window_px) + " px", "",
                "Give its side in pixels, or 0 for a quarter of the field's");
  }
  if (!(floor_percentile >= 0 && floor_percentile <= 50)) {
    throw Error("the illumination floor is percentile " + std::to_string(floor_percentile), "",
                "Give a percentile from 0 to 50");
  }
}

PictureSize Illumination::grid() const {
  return grid_of(height, width, step_px);
}

IlluminationSum::IlluminationSum(int channel_count, PictureSize field, const IlluminationOptions& options)
    : channels(channel_count),
      height(field.height),
      width(field.width),
      step_px(step_of(field, options)),
      sums(std::size_t(channel_count) * grid_of(height, width, step_px).pixels()) {}

void IlluminationSum::add(int channel, const Plane& plane) {
  check_same_size(
      {plane.height, plane.width}, {height, width}, "its plate",
      "Fields of one plate must have one size for illumination correction; switch it off otherwise");
  const auto means = filters::shrink(plane, step_px);
  const auto start = std::size_t(channel) * means.pixels.size();
  CYTO_EXPECT(start + means.pixels.size() <= sums.size());
  for (std::size_t i = 0; i < means.pixels.size(); ++i)
    sums[start + i] += std::llround(std::clamp(double(means.pixels[i]), -largest_mean, largest_mean) * unit);
}

void IlluminationSum::add(const IlluminationSum& other) {
  CYTO_EXPECT(other.sums.size() == sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += other.sums[i];
  fields += other.fields;
}

Illumination flat_illumination(const IlluminationSum& sum) {
  return {sum.channels, sum.height, sum.width, std::vector<float>(sum.sums.size(), 1.0f), sum.step_px};
}

std::vector<float> make_gain(const IlluminationSum& sum, int channel, const IlluminationOptions& options) {
  options.validate();
  if (sum.fields <= 0 || sum.sums.empty()) {
    throw Error("no field of the plate could be read for illumination correction", "",
                "Look into failures.csv for the reasons");
  }
  const PictureSize field(sum.height, sum.width), grid = grid_of(sum.height, sum.width, sum.step_px);
  if (options.smoothing == Smoothing::none) return std::vector<float>(grid.pixels(), 1.0f);
  Plane mean(grid.height, grid.width);
  const std::size_t start = std::size_t(channel) * grid.pixels();
  for (std::size_t i = 0; i < mean.pixels.size(); ++i)
    mean.pixels[i] = static_cast<float>(double(sum.sums[start + i]) / (double(sum.fields) * unit));
  auto smooth = smoothed(mean, window_of(field, options) / sum.step_px, options);
  // The floor keeps a nearly black corner from giving a gain near zero there, and so a huge quotient
  // elsewhere.
  const auto pixels = filters::enlarge(smooth, sum.step_px, sum.height, sum.width).pixels;
  const float top = *std::max_element(smooth.pixels.begin(), smooth.pixels.end());
  const float floor = std::max(quantile(pixels, options.floor_percentile / 100), 1e-3f * top);
  for (float& g : smooth.pixels) g = floor > 0 ? std::max(g / floor, 0.05f) : 1.0f;
  return smooth.pixels;
}

Illumination make_illumination(const IlluminationSum& sum, const IlluminationOptions& options) {
  auto result = flat_illumination(sum);
  result.gain.clear();
  for (int c = 0; c < sum.channels; ++c) {
    const auto gain = make_gain(sum, c, options);
    result.gain.insert(result.gain.end(), gain.begin(), gain.end());
  }
  return result;
}

void write_gains(const Illumination& illumination, std::span<float> pixels) {
  CYTO_EXPECT(pixels.size() == std::size_t(illumination.channels) *
                                   PictureSize(illumination.height, illumination.width).pixels());
  auto to = pixels.begin();
  for (int c = 0; c < illumination.channels; ++c) {
    auto rows = gain_rows(illumination, c);
    for (int y = 0; y < illumination.height; ++y) {
      const auto row = rows.row(y);
      to = std::copy(row.begin(), row.end(), to);
    }
  }
}

void correct(FieldImage& field, const Illumination& illumination) {
  if (field.channels != illumination.channels)
    throw Error("a field has " + std::to_string(field.channels) + " channels, the illumination function " +
                    std::to_string(illumination.channels),
                "", again);
  check_same_size({field.height, field.width}, {illumination.height, illumination.width},
                  "the illumination function", again);
  for (int c = 0; c < field.channels; ++c) correct_plane(field.plane(c), illumination, c);
}

void correct(Plane& plane, const Illumination& illumination, int channel) {
  CYTO_EXPECT(channel >= 0 && channel < illumination.channels);
  check_same_size({plane.height, plane.width}, {illumination.height, illumination.width},
                  "the illumination function", again);
  correct_plane(plane.pixels, illumination, channel);
}

}  // namespace cytoscale::image
