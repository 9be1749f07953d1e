#include "localize/overlay.hpp"

#include <algorithm>
#include <array>

#include "core/statistics.hpp"

namespace cytoscale::localize {
namespace {

constexpr std::array<std::uint8_t, 3> yellow = {255, 220, 0}, cyan = {0, 220, 255};

std::vector<float> stretched(std::span<const float> plane) {
  std::vector<float> sorted(plane.begin(), plane.end()), result;
  const float low = quantile(sorted, 0.01), high = quantile(sorted, 0.998);
  for (const float value : plane)
    result.push_back(high > low ? std::clamp((value - low) / (high - low), 0.0f, 1.0f) : 0.0f);
  return result;
}

// Pixels that are set and have a neighbor of another value.
template <typename T>
void outline(std::span<const T> labels, image::PictureSize size, const std::array<std::uint8_t, 3>& color,
             std::vector<std::uint8_t>& rgb) {
  const auto width = static_cast<std::size_t>(size.width), height = static_cast<std::size_t>(size.height);
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x) {
      const auto i = y * width + x;
      if (labels[i] == 0) continue;
      const bool edge =
          (x > 0 && labels[i - 1] != labels[i]) || (x + 1 < width && labels[i + 1] != labels[i]) ||
          (y > 0 && labels[i - width] != labels[i]) || (y + 1 < height && labels[i + width] != labels[i]);
      if (edge) std::copy(color.begin(), color.end(), rgb.begin() + static_cast<std::ptrdiff_t>(3 * i));
    }
}

}  // namespace

std::vector<std::uint8_t> overlay(std::span<const float> picture, int channels, const Regions& regions,
                                  std::span<const std::uint8_t> truth) {
  const auto pixels = regions.size.pixels();
  std::vector<std::uint8_t> rgb(3 * pixels, 0);
  for (int c = 0; c < std::min(channels, 3); ++c) {
    const auto plane = stretched(picture.subspan(static_cast<std::size_t>(c) * pixels, pixels));
    for (std::size_t i = 0; i < pixels; ++i) {
      const auto light = static_cast<std::uint8_t>(255 * plane[i] + 0.5f);
      if (channels == 1)
        rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = light;
      else
        rgb[3 * i + static_cast<std::size_t>(2 - c)] = light;
    }
  }
  if (!truth.empty()) outline<std::uint8_t>(truth, regions.size, cyan, rgb);
  outline<std::int32_t>(regions.labels, regions.size, yellow, rgb);
  return rgb;
}

}  // namespace cytoscale::localize
