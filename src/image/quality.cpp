#include "image/quality.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/vector_clones.hpp"

namespace cytoscale::image {
namespace {

// Of many values, in sums side by side: one alone would wait for each addition.
class Moments {
 public:
  // value(i) for i = 0 … count-1
  template <class Value>
  void add(std::size_t count, Value value) {
    auto sum = sum_, squares = squares_;
    const auto put = [&](std::size_t lane, double v) {
      sum[lane] += v;
      squares[lane] += v * v;
    };
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes)
      for (std::size_t lane = 0; lane < lanes; ++lane) put(lane, value(i + lane));
    for (std::size_t lane = 0; i < count; ++i, ++lane) put(lane, value(i));
    sum_ = sum;
    squares_ = squares;
    count_ += count;
  }
  double variance() const {
    if (count_ == 0) return 0;
    const auto n = double(count_);
    const double mean = std::accumulate(sum_.begin(), sum_.end(), 0.0) / n;
    return std::max(0.0, std::accumulate(squares_.begin(), squares_.end(), 0.0) / n - mean * mean);
  }

 private:
  static constexpr std::size_t lanes = 4;
  std::array<double, lanes> sum_{}, squares_{};
  std::size_t count_ = 0;
};

float largest_of(const std::vector<float>& values) {
  std::array<float, 16> lane;  // side by side, as in Moments
  lane.fill(values[0]);
  std::size_t i = 0;
  for (; i + lane.size() <= values.size(); i += lane.size())
    for (std::size_t k = 0; k < lane.size(); ++k) lane[k] = std::max(lane[k], values[i + k]);
  for (; i < values.size(); ++i) lane[0] = std::max(lane[0], values[i]);
  return *std::max_element(lane.begin(), lane.end());
}

}  // namespace

CYTO_VECTOR_CLONES PlaneQuality measure_quality(const Plane& plane, float white_level) {
  PlaneQuality quality;
  if (plane.pixels.empty()) return quality;
  const float origin = plane.pixels[0];  // keeps the sums of squares small beside the variance
  Moments values, laplacian;
  std::size_t saturated = 0;
  values.add(plane.pixels.size(), [&](std::size_t i) { return double(plane.pixels[i]) - origin; });
  quality.brightest = largest_of(plane.pixels);
  quality.brightest_pixels =
      std::size_t(std::count(plane.pixels.begin(), plane.pixels.end(), quality.brightest));
  if (quality.brightest == white_level) saturated = quality.brightest_pixels;
  if (quality.brightest > white_level)
    for (const float v : plane.pixels) saturated += v >= white_level;
  const auto w = static_cast<std::size_t>(plane.width);
  for (int y = 1; y + 1 < plane.height && w > 2; ++y) {
    const float *row = &plane.pixels[std::size_t(y) * w + 1], *above = row - w, *below = row + w;
    laplacian.add(w - 2, [=](std::size_t x) {
      return double(above[x]) + below[x] + *(row + x - 1) + row[x + 1] - 4.0 * row[x];
    });
  }
  const double variance = values.variance();
  quality.focus_score = variance > 0 ? static_cast<float>(laplacian.variance() / variance) : 0.0f;
  quality.saturated_fraction = static_cast<float>(double(saturated) / double(plane.pixels.size()));
  return quality;
}

}  // namespace cytoscale::image
