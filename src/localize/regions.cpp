#include "localize/regions.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace cytoscale::localize {
namespace {

Regions empty_regions(const image::Plane& map) {
  return {{map.height, map.width}, std::vector<std::int32_t>(map.pixels.size(), 0), {}};
}

// Gives the pixels that can be reached from (y, x) through such as `belongs` says the next label.
void grow(Regions& found, const image::Plane& map, int y, int x,
          const std::function<bool(int, int)>& belongs) {
  const auto label = static_cast<std::int32_t>(found.regions.size()) + 1;
  const auto at = [&](int row, int column) -> auto& {
    return found.labels[static_cast<std::size_t>(row) * static_cast<std::size_t>(map.width) +
                        static_cast<std::size_t>(column)];
  };
  Region region{0, 0, 0, y, x, y, x, map.at(y, x)};
  double sum_y = 0, sum_x = 0;
  std::vector<std::pair<int, int>> open = {{y, x}};
  at(y, x) = label;
  while (!open.empty()) {
    const auto [row, column] = open.back();
    open.pop_back();
    ++region.area_px;
    sum_y += row, sum_x += column;
    region.top = std::min(region.top, row), region.bottom = std::max(region.bottom, row);
    region.left = std::min(region.left, column), region.right = std::max(region.right, column);
    region.evidence = std::max(region.evidence, map.at(row, column));
    constexpr int steps[4][2] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
    for (const auto& [dy, dx] : steps) {
      const int r = row + dy, c = column + dx;
      if (r < 0 || c < 0 || r >= map.height || c >= map.width || at(r, c) != 0 || !belongs(r, c)) continue;
      at(r, c) = label;
      open.emplace_back(r, c);
    }
  }
  region.y = static_cast<float>(sum_y / region.area_px);
  region.x = static_cast<float>(sum_x / region.area_px);
  found.regions.push_back(region);
}

}  // namespace

std::vector<Peak> find_peaks(const image::Plane& map, double distance_px, float least) {
  std::vector<Peak> candidates, peaks;
  for (int y = 0; y < map.height; ++y)
    for (int x = 0; x < map.width; ++x)
      if (map.at(y, x) >= least && map.at(y, x) > 0) candidates.push_back({y, x, map.at(y, x)});
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Peak& a, const Peak& b) { return a.height > b.height; });
  const int reach = static_cast<int>(std::floor(distance_px));
  std::vector<char> near(map.pixels.size(), 0);
  for (const auto& peak : candidates) {
    const auto index = [&](int y, int x) {
      return static_cast<std::size_t>(y) * static_cast<std::size_t>(map.width) + static_cast<std::size_t>(x);
    };
    // Whatever is near a higher value is no peak, be that one a peak or not.
    bool lower = false;
    for (int y = std::max(0, peak.y - 1); y <= std::min(map.height - 1, peak.y + 1); ++y)
      for (int x = std::max(0, peak.x - 1); x <= std::min(map.width - 1, peak.x + 1); ++x)
        lower |= map.at(y, x) > peak.height;
    if (lower || near[index(peak.y, peak.x)]) continue;
    peaks.push_back(peak);
    for (int y = std::max(0, peak.y - reach); y <= std::min(map.height - 1, peak.y + reach); ++y)
      for (int x = std::max(0, peak.x - reach); x <= std::min(map.width - 1, peak.x + reach); ++x)
        if (std::hypot(y - peak.y, x - peak.x) <= distance_px) near[index(y, x)] = 1;
  }
  return peaks;
}

Regions regions_of_peaks(const image::Plane& map, const std::vector<Peak>& peaks, double extent,
                         double reach_px) {
  auto found = empty_regions(map);
  for (const auto& peak : peaks) {
    const auto i = static_cast<std::size_t>(peak.y) * static_cast<std::size_t>(map.width) +
                   static_cast<std::size_t>(peak.x);
    if (found.labels[i] != 0) continue;
    const auto least = static_cast<float>(extent * peak.height);
    grow(found, map, peak.y, peak.x, [&](int y, int x) {
      return map.at(y, x) >= least && (reach_px <= 0 || std::hypot(y - peak.y, x - peak.x) <= reach_px);
    });
  }
  return found;
}

Regions regions_of_mask(const image::Plane& map, std::span<const std::uint8_t> mask) {
  auto found = empty_regions(map);
  const auto set = [&](int y, int x) {
    return mask[static_cast<std::size_t>(y) * static_cast<std::size_t>(map.width) +
                static_cast<std::size_t>(x)] != 0;
  };
  for (int y = 0; y < map.height; ++y)
    for (int x = 0; x < map.width; ++x) {
      const auto i =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(map.width) + static_cast<std::size_t>(x);
      if (set(y, x) && found.labels[i] == 0) grow(found, map, y, x, set);
    }
  return found;
}

Regions at_least(const Regions& regions, int area_px) {
  Regions kept{regions.size, regions.labels, {}};
  std::vector<std::int32_t> label(regions.regions.size() + 1, 0);
  for (std::size_t i = 0; i < regions.regions.size(); ++i) {
    if (regions.regions[i].area_px < area_px) continue;
    kept.regions.push_back(regions.regions[i]);
    label[i + 1] = static_cast<std::int32_t>(kept.regions.size());
  }
  for (auto& pixel : kept.labels) pixel = label[static_cast<std::size_t>(pixel)];
  return kept;
}

}  // namespace cytoscale::localize
