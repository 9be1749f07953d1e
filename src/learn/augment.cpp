#include "learn/augment.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cytoscale {
namespace {

// The four neighbours of a point and their weights; those outside the field weigh nothing.
struct Taps {
  std::size_t at[4];
  float weight[4];
  float inside = 0;  // sum of weights
};

Taps taps_at(float y, float x, int height, int width) {
  Taps taps;
  const float floor_y = std::floor(y), floor_x = std::floor(x);
  const float part_y = y - floor_y, part_x = x - floor_x;
  for (int i = 0; i < 4; ++i) {
    const float row = floor_y + static_cast<float>(i / 2), column = floor_x + static_cast<float>(i % 2);
    const bool in =
        row >= 0 && column >= 0 && row < static_cast<float>(height) && column < static_cast<float>(width);
    taps.at[i] = in ? static_cast<std::size_t>(row) * static_cast<std::size_t>(width) +
                          static_cast<std::size_t>(column)
                    : 0;
    taps.weight[i] = in ? (i / 2 ? part_y : 1 - part_y) * (i % 2 ? part_x : 1 - part_x) : 0;
    taps.inside += taps.weight[i];
  }
  return taps;
}

}  // namespace

Warp draw_warp(Random& random, const AugmentOptions& options) {
  // Every draw is made whatever the options: the stream's positions keep their meaning.
  const bool mirror_y = random.below(2) == 1, mirror_x = random.below(2) == 1;
  const double angle = random.uniform(0, 2 * std::numbers::pi);
  const double dy = random.uniform(-1, 1), dx = random.uniform(-1, 1);
  const double a = options.rotate ? angle : 0;
  const double my = options.flip && mirror_y ? -1 : 1, mx = options.flip && mirror_x ? -1 : 1;
  Warp warp;
  warp.yy = static_cast<float>(std::cos(a) * my);
  warp.yx = static_cast<float>(-std::sin(a) * mx);
  warp.xy = static_cast<float>(std::sin(a) * my);
  warp.xx = static_cast<float>(std::cos(a) * mx);
  warp.shift_y = static_cast<float>(dy * options.translation_px);
  warp.shift_x = static_cast<float>(dx * options.translation_px);
  return warp;
}

void cut_crop(const PackedField& field, float y, float x, const Warp& warp, int size_px,
              std::span<float> out) {
  const float half = 0.5f * static_cast<float>(size_px - 1);
  // As extract_crop(): the window starts at round(centre) − size/2.
  const float middle_y = std::round(y) - static_cast<float>(size_px / 2) + half + warp.shift_y;
  const float middle_x = std::round(x) - static_cast<float>(size_px / 2) + half + warp.shift_x;
  const auto plane = static_cast<std::size_t>(field.height) * static_cast<std::size_t>(field.width);
  const auto area = static_cast<std::size_t>(size_px) * static_cast<std::size_t>(size_px);
  std::size_t pixel = 0;
  for (int i = 0; i < size_px; ++i) {
    const float v = static_cast<float>(i) - half;
    for (int j = 0; j < size_px; ++j, ++pixel) {
      const float u = static_cast<float>(j) - half;
      const auto taps = taps_at(middle_y + warp.yy * v + warp.yx * u, middle_x + warp.xy * v + warp.xx * u,
                                field.height, field.width);
      for (std::size_t c = 0; c < static_cast<std::size_t>(field.channels); ++c) {
        const auto* codes = field.pixels.data() + c * plane;
        float sum = 0;
        for (int k = 0; k < 4; ++k) sum += taps.weight[k] * static_cast<float>(codes[taps.at[k]]);
        out[c * area + pixel] = field.offset[c] * taps.inside + field.scale[c] * sum;
      }
    }
  }
}

}  // namespace cytoscale
