#include "image/filter/gaussian_blur.hpp"

#include <algorithm>
#include <cmath>

#include "core/vector_clones.hpp"

namespace cytoscale::image {
namespace {

int mirrored(int i, int n) {
  const int period = 2 * n;
  i = ((i % period) + period) % period;
  return i < n ? i : period - 1 - i;
}

CYTO_VECTOR_CLONES void blur_rows(const Plane& in, const std::vector<float>& half, Plane& out) {
  const int radius = static_cast<int>(half.size()) - 1;
  std::vector<float> row(std::size_t(in.width + 2 * radius));
  for (int y = 0; y < in.height; ++y) {
    const float* source = &in.pixels[std::size_t(y) * std::size_t(in.width)];
    std::copy_n(source, in.width, row.begin() + radius);
    for (int i = 1; i <= radius; ++i) {
      row[std::size_t(radius - i)] = source[mirrored(-i, in.width)];
      row[std::size_t(radius + in.width - 1 + i)] = source[mirrored(in.width - 1 + i, in.width)];
    }
    const float* center = row.data() + radius;
    float* target = &out.pixels[std::size_t(y) * std::size_t(in.width)];
    for (int x = 0; x < in.width; ++x) target[x] = half[0] * center[x];
    for (int i = 1; i <= radius; ++i) {
      const float weight = half[std::size_t(i)];
      for (int x = 0; x < in.width; ++x) target[x] += weight * (center[x - i] + center[x + i]);
    }
  }
}

CYTO_VECTOR_CLONES void blur_columns(const Plane& in, const std::vector<float>& half, Plane& out) {
  const int radius = static_cast<int>(half.size()) - 1;
  const auto row = [&in](int y) {
    return &in.pixels[std::size_t(mirrored(y, in.height)) * std::size_t(in.width)];
  };
  for (int y = 0; y < in.height; ++y) {
    float* target = &out.pixels[std::size_t(y) * std::size_t(in.width)];
    const float* center = row(y);
    for (int x = 0; x < in.width; ++x) target[x] = half[0] * center[x];
    for (int i = 1; i <= radius; ++i) {
      const float weight = half[std::size_t(i)];
      const float *above = row(y - i), *below = row(y + i);
      for (int x = 0; x < in.width; ++x) target[x] += weight * (above[x] + below[x]);
    }
  }
}

}  // namespace

std::vector<float> gaussian_kernel(double sigma_px) {
  const int radius = static_cast<int>(std::ceil(4 * sigma_px));
  std::vector<float> half(std::size_t(radius) + 1);
  double sum = 0;
  for (int i = 0; i <= radius; ++i) sum += (i ? 2 : 1) * std::exp(-0.5 * i * i / (sigma_px * sigma_px));
  for (int i = 0; i <= radius; ++i) {
    half[std::size_t(i)] = static_cast<float>(std::exp(-0.5 * i * i / (sigma_px * sigma_px)) / sum);
  }
  return half;
}

Plane gaussian_blur(const Plane& plane, double sigma_px) {
  if (sigma_px <= 0 || plane.pixels.empty()) return plane;
  const auto half = gaussian_kernel(sigma_px);
  Plane rows(plane.height, plane.width), both(plane.height, plane.width);
  blur_rows(plane, half, rows);
  blur_columns(rows, half, both);
  return both;
}

}  // namespace cytoscale::image
