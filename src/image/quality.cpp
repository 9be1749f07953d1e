#include "image/quality.hpp"

#include <cmath>

namespace cytoscale::image {
namespace {

struct Moments {
  double sum = 0, squares = 0;
  std::size_t count = 0;
  void add(double v) {
    sum += v;
    squares += v * v;
    ++count;
  }
  double variance() const {
    if (count == 0) return 0;
    const double mean = sum / double(count);
    return std::max(0.0, squares / double(count) - mean * mean);
  }
};

}  // namespace

PlaneQuality measure_quality(const Plane& plane, float white_level) {
  PlaneQuality quality;
  if (plane.pixels.empty()) return quality;
  const float origin = plane.pixels[0];  // keeps the sums of squares small beside the variance
  Moments values, laplacian;
  std::size_t saturated = 0;
  for (const float v : plane.pixels) {
    values.add(double(v) - origin);
    saturated += v >= white_level;
  }
  for (int y = 1; y + 1 < plane.height; ++y) {
    for (int x = 1; x + 1 < plane.width; ++x) {
      laplacian.add(double(plane.at(y - 1, x)) + plane.at(y + 1, x) + plane.at(y, x - 1) +
                    plane.at(y, x + 1) - 4.0 * plane.at(y, x));
    }
  }
  const double variance = values.variance();
  quality.focus_score = variance > 0 ? static_cast<float>(laplacian.variance() / variance) : 0.0f;
  quality.saturated_fraction = static_cast<float>(double(saturated) / double(plane.pixels.size()));
  return quality;
}

}  // namespace cytoscale::image
