// Pictures in memory. Pixels are 32-bit floats in the file's own units (an 8-bit file gives 0…255),
// row-major, y down.
#pragma once
#include <compare>
#include <cstddef>
#include <span>
#include <vector>

#include "core/expect.hpp"

namespace cytoscale::image {

struct PictureSize {
  int height = 0, width = 0;  // px
  PictureSize() = default;
  PictureSize(int height_px, int width_px) : height(height_px), width(width_px) {}
  PictureSize(int side_px) : height(side_px), width(side_px) {}  // NOLINT: a square
  std::size_t pixels() const { return std::size_t(height) * std::size_t(width); }
  auto operator<=>(const PictureSize&) const = default;
};

// One channel of one field.
struct Plane {
  int height = 0, width = 0;
  std::vector<float> pixels;  // [H][W]

  Plane() = default;
  Plane(int height_px, int width_px, float value = 0)
      : height(height_px), width(width_px), pixels(std::size_t(height_px) * std::size_t(width_px), value) {}

  float& at(int y, int x) { return pixels[index(y, x)]; }
  float at(int y, int x) const { return pixels[index(y, x)]; }
  std::size_t index(int y, int x) const {
    CYTO_EXPECT(y >= 0 && y < height && x >= 0 && x < width);
    return std::size_t(y) * std::size_t(width) + std::size_t(x);
  }
};

// All channels of one field, in the screen's channel order.
struct FieldImage {
  int channels = 0, height = 0, width = 0;
  std::vector<float> pixels;  // [C][H][W]

  FieldImage() = default;
  FieldImage(int channel_count, int height_px, int width_px)
      : channels(channel_count),
        height(height_px),
        width(width_px),
        pixels(std::size_t(channel_count) * std::size_t(height_px) * std::size_t(width_px)) {}

  std::size_t plane_size() const { return std::size_t(height) * std::size_t(width); }
  // Of channel c.
  std::span<float> plane(int c) { return {pixels.data() + std::size_t(c) * plane_size(), plane_size()}; }
  std::span<const float> plane(int c) const {
    return {pixels.data() + std::size_t(c) * plane_size(), plane_size()};
  }
  // A copy of channel c.
  Plane copy_plane(int c) const {
    Plane copy;
    copy.height = height;
    copy.width = width;
    const auto source = plane(c);
    copy.pixels.assign(source.begin(), source.end());
    return copy;
  }
};

}  // namespace cytoscale::image
