#include "image/filter/levels.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace cytoscale::image {

float otsu_threshold(std::span<const float> values, float low, float high) {
  constexpr int bins = 1024;
  std::array<double, bins> counts{};
  const float scale = (bins - 1) / (high - low);
  for (const float v : values) {
    ++counts[static_cast<std::size_t>((std::clamp(v, low, high) - low) * scale + 0.5f)];
  }
  double total = 0, sum = 0;
  for (int i = 0; i < bins; ++i) {
    total += counts[std::size_t(i)];
    sum += counts[std::size_t(i)] * i;
  }
  double below = 0, sum_below = 0, best = -1;
  int best_bin = 0;
  for (int i = 0; i + 1 < bins; ++i) {
    below += counts[std::size_t(i)];
    sum_below += counts[std::size_t(i)] * i;
    if (below == 0 || below == total) continue;
    const double difference = sum_below / below - (sum - sum_below) / (total - below);
    const double between = below * (total - below) * difference * difference;
    if (between > best) {
      best = between;
      best_bin = i;
    }
  }
  return low + (float(best_bin) + 0.5f) / scale;
}

}  // namespace cytoscale::image
