#include "image/illumination.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "image/filter/filters_internal.hpp"
#include "image/filter/gaussian_blur.hpp"
#include "image/size_text.hpp"

namespace cytoscale::image {
namespace {

constexpr double unit = 65536;
constexpr double largest_pixel = 4294967296.0;  // 2^32: 2^15 fields of it still fit a 64-bit sum
constexpr int smooth_side_px = 256;             // longer sides are shrunk before smoothing

// Of a FieldImage, an IlluminationSum or an Illumination.
template <typename Planes>
std::string shape_text(const Planes& of) {
  return std::to_string(of.channels) + " channels of " + size_text(PictureSize(of.height, of.width));
}

Plane smoothed(const Plane& mean, const IlluminationOptions& options) {
  const int side = std::max(mean.height, mean.width);
  const double window = options.window_px > 0 ? options.window_px : side / 4.0;
  const int factor = std::max(
      1, static_cast<int>(std::min((side + smooth_side_px - 1) / double(smooth_side_px), window / 8)));
  const auto small = filters::shrink(mean, factor);
  const auto smooth =
      options.smoothing == Smoothing::gaussian
          ? gaussian_blur(small, window / factor / 4)
          : filters::median_window(small, std::max(1, static_cast<int>(std::lround(window / factor / 2))));
  return filters::enlarge(smooth, factor, mean.height, mean.width);
}

// The floor keeps a nearly black corner from giving a gain near zero there, and so a huge quotient elsewhere.
void divide_by_floor(std::span<float> gain, double floor_percentile) {
  std::vector<float> values(gain.begin(), gain.end());
  const float top = *std::max_element(gain.begin(), gain.end());
  const float floor = std::max(quantile(values, floor_percentile / 100), 1e-3f * top);
  if (!(floor > 0)) {
    std::fill(gain.begin(), gain.end(), 1.0f);
    return;
  }
  for (float& g : gain) g = std::max(g / floor, 0.05f);
}

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

void IlluminationSum::add(const FieldImage& field) {
  if (fields == 0) {
    channels = field.channels;
    height = field.height;
    width = field.width;
    sums.assign(field.pixels.size(), 0);
  }
  if (field.channels != channels || field.height != height || field.width != width) {
    throw Error(
        "a field has " + shape_text(field) + ", its plate's first field " + shape_text(*this), "",
        "Fields of one plate must have one size for illumination correction; switch it off otherwise");
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] += std::llround(std::clamp(double(field.pixels[i]), -largest_pixel, largest_pixel) * unit);
  }
  ++fields;
}

Illumination make_illumination(const IlluminationSum& sum, const IlluminationOptions& options) {
  options.validate();
  if (sum.fields <= 0 || sum.sums.empty()) {
    throw Error("no field of the plate could be read for illumination correction", "",
                "Look into failures.csv for the reasons");
  }
  Illumination result{sum.channels, sum.height, sum.width, std::vector<float>(sum.sums.size(), 1.0f)};
  if (options.smoothing == Smoothing::none) return result;
  const std::size_t size = sum.sums.size() / std::size_t(sum.channels);
  Plane mean(sum.height, sum.width);
  for (int c = 0; c < sum.channels; ++c) {
    const std::size_t start = std::size_t(c) * size;
    for (std::size_t i = 0; i < size; ++i) {
      mean.pixels[i] = static_cast<float>(double(sum.sums[start + i]) / (double(sum.fields) * unit));
    }
    const auto smooth = smoothed(mean, options);
    const std::span<float> gain(result.gain.data() + start, size);
    std::copy(smooth.pixels.begin(), smooth.pixels.end(), gain.begin());
    divide_by_floor(gain, options.floor_percentile);
  }
  return result;
}

void correct(FieldImage& field, const Illumination& illumination) {
  if (field.channels != illumination.channels || field.height != illumination.height ||
      field.width != illumination.width) {
    throw Error(
        "a field has " + shape_text(field) + ", the illumination function " + shape_text(illumination), "",
        "Run illuminate again for this screen");
  }
  for (std::size_t i = 0; i < field.pixels.size(); ++i) field.pixels[i] /= illumination.gain[i];
}

}  // namespace cytoscale::image
