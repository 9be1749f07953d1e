#include <algorithm>
#include <cmath>
#include <span>

#include "core/statistics.hpp"
#include "core/vector_clones.hpp"
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

CYTO_VECTOR_CLONES void set_above(const float* row, std::span<const float> mean, float least,
                                  std::uint8_t* set) {
  for (std::size_t x = 0; x < mean.size(); ++x) set[x] = row[x] > std::max(least, mean[x]);
}

CYTO_VECTOR_CLONES std::size_t count_up_to(const Plane& smooth, float most) {
  std::uint32_t count = 0;  // of less than 2^31 pixels
  for (const float v : smooth.pixels) count += v <= most;
  return count;
}

// Mean square of what lies below the level, seen from it; 0 where nothing does.
double mean_square_below(const Plane& smooth, float level) {
  double squares = 0;
  std::size_t count = 0;
  for (const float v : smooth.pixels) {
    const double depth = v < level ? double(level - v) : 0;
    squares += depth * depth;
    count += v < level;
  }
  return count ? squares / double(count) : 0;
}

Levels levels_with_top(const Plane& smooth, const Ranks& ranks, float low, float high) {
  Levels levels;
  levels.background = low;
  if (!(high > low)) return levels;
  levels.threshold = otsu_threshold(smooth.pixels, low, high);
  levels.background = ranks.quantile_of_lowest(count_up_to(smooth, levels.threshold), 0.5);
  // Out-of-focus light lies above the background, so its noise is read from what lies below.
  levels.noise = static_cast<float>(std::sqrt(mean_square_below(smooth, levels.background)));
  levels.clear = levels.threshold - levels.background > clear_of_noise * levels.noise;
  return levels;
}

// Sets what is above the least and above the mean around it, a Gaussian window.
filters::Mask above(const Plane& smooth, float least, float ceiling, double sigma_px) {
  filters::Mask mask{smooth.height, smooth.width, std::vector<std::uint8_t>(smooth.pixels.size())};
  const int factor = std::max(1, static_cast<int>(sigma_px / 3));
  Plane clipped = smooth;
  for (float& v : clipped.pixels) v = std::min(v, ceiling);
  const auto mean =
      gaussian_blur(factor == 1 ? clipped : filters::shrink(clipped, factor), sigma_px / factor);
  filters::EnlargedRows rows(mean.pixels, {mean.height, mean.width}, factor, {smooth.height, smooth.width});
  const auto w = static_cast<std::size_t>(smooth.width);
  for (int y = 0; y < smooth.height; ++y) {
    const auto start = smooth.index(y, 0);
    set_above(&smooth.pixels[start], factor == 1 ? std::span(&mean.pixels[start], w) : rows.row(y), least,
              &mask.set[start]);
  }
  return mask;
}

}  // namespace

Levels measure_levels(const Plane& smooth) {
  const Ranks ranks(smooth.pixels);
  const float low = ranks.at(0);
  const auto levels = levels_with_top(smooth, ranks, low, ranks.quantile(1 - bright_tail));
  // One nucleus in a large field may be less than the tail that was cut.
  return levels.clear ? levels : levels_with_top(smooth, ranks, low, ranks.at(smooth.pixels.size() - 1));
}

filters::Mask foreground(const Plane& smooth, const Levels& levels, double radius_px,
                         const SegmentOptions& options) {
  const float noise =
      std::max(levels.noise, std::min(quantization, (levels.threshold - levels.background) / 8));
  const float height = static_cast<float>(options.threshold_scale) * (levels.threshold - levels.background);
  const float least = levels.background + std::max(low_fraction * height, clear_of_noise * noise);
  auto mask = above(smooth, least, levels.background + 4 * height, local_window * radius_px);
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
