#include "learn/augment/augment.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/expect.hpp"

namespace cytoscale::learn {
namespace {

// The four neighbors of a point and their weights; those outside the window forward_with_evidence nothing,
// unless the window is mirrored at its edges.
struct Taps {
  std::size_t at[4];
  float weight[4];
  float inside = 0;  // sum of weights
};

long mirror(long place, long size) {
  const long period = 2 * size;
  const long within = ((place % period) + period) % period;
  return within < size ? within : period - 1 - within;
}

// (y, x) is in the field's frame: the weights are the same whatever part of the field is held.
template <typename Code>
Taps taps_at(float y, float x, const image::CodeWindow<Code>& window, bool mirrored) {
  Taps taps;
  const float floor_y = std::floor(y), floor_x = std::floor(x);
  const float part_y = y - floor_y, part_x = x - floor_x;
  const long top = static_cast<long>(floor_y) - window.top, left = static_cast<long>(floor_x) - window.left;
  for (int i = 0; i < 4; ++i) {
    long row = top + i / 2, column = left + i % 2;
    if (mirrored) row = mirror(row, window.height), column = mirror(column, window.width);
    const bool in = row >= 0 && column >= 0 && row < window.height && column < window.width;
    taps.at[i] =
        in ? static_cast<std::size_t>(row) * window.row_stride + static_cast<std::size_t>(column) : 0;
    taps.weight[i] = in ? (i / 2 ? part_y : 1 - part_y) * (i % 2 ? part_x : 1 - part_x) : 0;
    taps.inside += taps.weight[i];
  }
  return taps;
}

template <typename Code>
void cut_from(const image::CodeWindow<Code>& window, float y, float x, const Warp& warp,
              image::PictureSize size, std::span<float> out) {
  CYTO_EXPECT(out.size() == size.pixels() * static_cast<std::size_t>(window.channels));
  if (window.height <= 0 || window.width <= 0) {
    std::fill(out.begin(), out.end(), 0.0f);
    return;
  }
  const float half_y = 0.5f * static_cast<float>(size.height - 1);
  const float half_x = 0.5f * static_cast<float>(size.width - 1);
  const auto [middle_y, middle_x] = crop_middle(y, x, warp, size);
  const auto area = size.pixels();
  std::size_t pixel = 0;
  for (int i = 0; i < size.height; ++i) {
    const float v = static_cast<float>(i) - half_y;
    for (int j = 0; j < size.width; ++j, ++pixel) {
      const float u = static_cast<float>(j) - half_x;
      const auto taps = taps_at(middle_y + warp.yy * v + warp.yx * u, middle_x + warp.xy * v + warp.xx * u,
                                window, warp.mirrored);
      for (std::size_t c = 0; c < static_cast<std::size_t>(window.channels); ++c) {
        const auto* codes = window.codes + c * window.plane_stride;
        float sum = 0;
        for (int k = 0; k < 4; ++k) sum += taps.weight[k] * static_cast<float>(codes[taps.at[k]]);
        out[c * area + pixel] = window.offset[c * window.scaling_stride] * taps.inside +
                                window.scale[c * window.scaling_stride] * sum;
      }
    }
  }
}

}  // namespace

std::array<float, 2> crop_middle(float y, float x, const Warp& warp, image::PictureSize size) {
  const auto middle = [](float center, int size_px, float shift) {
    return std::round(center) - static_cast<float>(size_px / 2) + 0.5F * static_cast<float>(size_px - 1) +
           shift;
  };
  return {middle(y, size.height, warp.shift_y), middle(x, size.width, warp.shift_x)};
}

Warp draw_warp(Random& random, const AugmentOptions& options, image::PictureSize room) {
  // Every draw but the last is made whatever the options: the stream's positions keep their meaning.
  const bool mirror_y = random.below(2) == 1, mirror_x = random.below(2) == 1;
  const double angle = random.uniform(0, 2 * std::numbers::pi);
  const double dy = random.uniform(-1, 1), dx = random.uniform(-1, 1);
  const double turn = options.angle_deg / 180;  // of the drawn angle, in ±180°
  const double a = options.rotate ? (turn < 1 ? (angle - std::numbers::pi) * turn : angle) : 0;
  const double zoom = options.scale > 0 ? 1 + random.uniform(-options.scale, options.scale) : 1;
  const double my = options.flip && mirror_y ? -1 : 1, mx = options.flip && mirror_x ? -1 : 1;
  Warp warp;
  warp.yy = static_cast<float>(std::cos(a) * my / zoom);
  warp.yx = static_cast<float>(-std::sin(a) * mx / zoom);
  warp.xy = static_cast<float>(std::sin(a) * my / zoom);
  warp.xx = static_cast<float>(std::cos(a) * mx / zoom);
  // In a larger picture whole pixels, so that nothing is blurred.
  const auto shift = [&](double part, int spare) {
    const double reach = options.translation_px + 0.5 * spare;
    return static_cast<float>(spare > 0 ? std::floor(part * reach + 0.5) : part * reach);
  };
  warp.shift_y = shift(dy, room.height);
  warp.shift_x = shift(dx, room.width);
  return warp;
}

namespace {

// Half a pixel where the crop's side is even, one for the neighbor that bilinear sampling takes.
int window_for_reach(double reach) {
  return 2 * (static_cast<int>(std::ceil(reach + 0.5)) + 1);
}

}  // namespace

int window_for_crop(int crop_px, const AugmentOptions& options) {
  const double half = 0.5 * (crop_px - 1);
  return window_for_reach(half * (options.rotate ? std::numbers::sqrt2 : 1.0) / (1 - options.scale) +
                          options.translation_px);
}

int window_for_warp(image::PictureSize crop, const Warp& warp) {
  const double v = 0.5 * (crop.height - 1), u = 0.5 * (crop.width - 1);
  return window_for_reach(std::max(std::abs(warp.yy) * v + std::abs(warp.yx) * u + std::abs(warp.shift_y),
                                   std::abs(warp.xy) * v + std::abs(warp.xx) * u + std::abs(warp.shift_x)));
}

void cut_crop(const image::CodeWindow<std::uint16_t>& window, float y, float x, const Warp& warp,
              image::PictureSize size, std::span<float> out) {
  cut_from(window, y, x, warp, size, out);
}

void cut_crop(const image::CodeWindow<std::uint8_t>& window, float y, float x, const Warp& warp,
              image::PictureSize size, std::span<float> out) {
  cut_from(window, y, x, warp, size, out);
}

}  // namespace cytoscale::learn
