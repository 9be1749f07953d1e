#include "image/picture.hpp"

#include <algorithm>

#include "core/statistics.hpp"

namespace cytoscale::image {
namespace {

template <typename T>
void outlines(std::span<const T> labels, PictureSize size, const Color& color, std::span<std::uint8_t> rgb) {
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

float Stretch::share(float value) const {
  return high > low ? std::clamp((value - low) / (high - low), 0.0f, 1.0f) : 0.0f;
}

Stretch stretch_of(std::span<const float> pixels) {
  return {quantile(pixels, 0.01), quantile(pixels, 0.998)};
}

std::vector<std::uint8_t> in_colors(std::span<const float> picture, std::span<const Stretch> stretches,
                                    std::span<const Color> colors) {
  const auto pixels = picture.size() / stretches.size();
  std::vector<std::uint8_t> rgb(3 * pixels, 0);
  for (std::size_t c = 0; c < std::min(stretches.size(), colors.size()); ++c)
    for (std::size_t i = 0; i < pixels; ++i) {
      const auto light = static_cast<int>(255 * stretches[c].share(picture[c * pixels + i]) + 0.5f);
      for (std::size_t k = 0; k < 3; ++k) {
        auto& value = rgb[3 * i + k];
        value = static_cast<std::uint8_t>(std::min(255, value + light * colors[c][k] / 255));
      }
    }
  return rgb;
}

void draw_outlines(std::span<const std::int32_t> labels, PictureSize size, const Color& color,
                   std::span<std::uint8_t> rgb) {
  outlines(labels, size, color, rgb);
}

void draw_outlines(std::span<const std::uint8_t> labels, PictureSize size, const Color& color,
                   std::span<std::uint8_t> rgb) {
  outlines(labels, size, color, rgb);
}

}  // namespace cytoscale::image
