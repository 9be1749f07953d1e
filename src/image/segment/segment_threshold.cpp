#include <algorithm>
#include <array>
#include <cmath>

#include "core/statistics.hpp"
#include "image/filter/gaussian_blur.hpp"
#include "image/filter/levels.hpp"
#include "image/segment/segment_internal.hpp"

namespace cytoscale::image::segment {
namespace {

constexpr float clear_of_noise =
    4;  // thresholds nearer to the background, in its noise, separate noise from noise
constexpr float low_fraction = 0.5f;   // of Otsu's height: nuclei of half the usual brightness are kept
constexpr double local_window = 1.35;  // sigma in nuclear radii
constexpr float quantization = 0.3f;   // the least noise of integer pixels, where no other shows
constexpr double bright_tail =
    0.001;  // share of pixels (debris, dead cells) that may not stretch the histogram

Levels levels_with_top(const Plane& smooth, float low, float high) {
  Levels levels;
  levels.background = low;
  if (!(high > low)) return levels;
  levels.threshold = otsu_threshold(smooth.pixels, low, high);
  std::vector<float> below;
  below.reserve(smooth.pixels.size());
  for (const float v : smooth.pixels) {
    if (v <= levels.threshold) below.push_back(v);
  }
  levels.background = quantile(below, 0.5);
  // Out-of-focus light lies above the background, so its noise is read from what lies below.
  double squares = 0;
  std::size_t count = 0;
  for (const float v : below) {
    if (v >= levels.background) continue;
    squares += double(levels.background - v) * double(levels.background - v);
    ++count;
  }
  levels.noise = count ? static_cast<float>(std::sqrt(squares / double(count))) : 0.0f;
  levels.clear = levels.threshold - levels.background > clear_of_noise * levels.noise;
  return levels;
}

Plane local_mean(const Plane& smooth, float ceiling, double sigma_px) {
  const int factor = std::max(1, static_cast<int>(sigma_px / 3));
  Plane clipped = smooth;
  for (float& v : clipped.pixels) v = std::min(v, ceiling);
  if (factor == 1) return gaussian_blur(clipped, sigma_px);
  const auto small = gaussian_blur(filters::shrink(clipped, factor), sigma_px / factor);
  return filters::enlarge(small, factor, smooth.height, smooth.width);
}

}  // namespace

Levels measure_levels(const Plane& smooth) {
  std::vector<float> values = smooth.pixels;
  const auto [low, high] = std::minmax_element(smooth.pixels.begin(), smooth.pixels.end());
  const auto levels = levels_with_top(smooth, *low, quantile(values, 1 - bright_tail));
  // One nucleus in a large field may be less than the tail that was cut.
  return levels.clear ? levels : levels_with_top(smooth, *low, *high);
}

filters::Mask foreground(const Plane& smooth, const Levels& levels, double radius_px,
                         const SegmentOptions& options) {
  const float noise =
      std::max(levels.noise, std::min(quantization, (levels.threshold - levels.background) / 8));
  const float height = static_cast<float>(options.threshold_scale) * (levels.threshold - levels.background);
  const float least = levels.background + std::max(low_fraction * height, clear_of_noise * noise);
  const auto mean = local_mean(smooth, levels.background + 4 * height, local_window * radius_px);
  filters::Mask mask{smooth.height, smooth.width, std::vector<std::uint8_t>(smooth.pixels.size())};
  for (std::size_t i = 0; i < mask.size(); ++i) {
    mask.set[i] = smooth.pixels[i] > std::max(least, mean.pixels[i]);
  }
  filters::fill_holes(mask);
  return mask;
}

double typical_radius(const Plane& smooth, const Levels& levels, double min_area_px, double otherwise) {
  filters::Mask mask{smooth.height, smooth.width, std::vector<std::uint8_t>(smooth.pixels.size())};
  for (std::size_t i = 0; i < mask.size(); ++i) mask.set[i] = smooth.pixels[i] > levels.threshold;
  const auto regions = flood(mask, smooth_distance(mask, 1), 0.8);
  std::vector<std::size_t> areas(std::size_t(regions.count) + 1);
  for (const auto label : regions.labels) ++areas[std::size_t(label)];
  std::vector<float> radii;
  for (std::size_t r = 1; r < areas.size(); ++r) {
    if (double(areas[r]) >= min_area_px) radii.push_back(std::sqrt(float(areas[r]) / 3.14159265f));
  }
  return radii.empty() ? otherwise : quantile(radii, 0.5);
}

}  // namespace cytoscale::image::segment
