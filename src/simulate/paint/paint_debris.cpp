// What lies between cells: specks of dirt, and the condensed remains of dead cells.
#include <algorithm>
#include <cmath>

#include "simulate/paint/paint.hpp"

namespace cytoscale::simulate {
namespace {

void paint_speck(PlaneSpan plane, int side, float y, float x, float radius, float light,
                 const NoiseTile& noise, float place) {
  const int reach = static_cast<int>(std::ceil(2 * radius)) + 1;
  for (int py = std::max(0, static_cast<int>(y) - reach);
       py <= std::min(side - 1, static_cast<int>(y) + reach); ++py)
    for (int px = std::max(0, static_cast<int>(x) - reach);
         px <= std::min(side - 1, static_cast<int>(x) + reach); ++px) {
      const float dy = static_cast<float>(py) - y, dx = static_cast<float>(px) - x;
      const float rough = 1 + 0.3f * noise.at(place + dy / (0.8f * radius), dx / (0.8f * radius));
      const float rho = std::hypot(dy, dx) / radius;
      plane[static_cast<std::size_t>(py * side + px)] +=
          light * std::clamp((rough - rho) * radius + 0.5f, 0.0f, 1.0f);
    }
}

}  // namespace

void paint_debris(std::vector<std::vector<float>>& planes, int side, float unit_px, double expected,
                  const NoiseTile& noise, Random& random) {
  const auto count = random.poisson(expected);
  for (std::uint64_t d = 0; d < count; ++d) {
    const auto y = static_cast<float>(random.uniform(0, side)),
               x = static_cast<float>(random.uniform(0, side));
    const auto place = static_cast<float>(random.uniform(0, 64));
    const bool dead_cell = random.uniform() < 0.15;
    const auto radius =
        unit_px * static_cast<float>(dead_cell ? random.uniform(0.4, 0.6) : random.uniform(0.08, 0.3));
    for (auto& plane : planes) {
      const auto light = static_cast<float>(dead_cell ? random.uniform(0.7, 1.4) : random.uniform(0.1, 0.7));
      if (random.uniform() < (dead_cell ? 1.0 : 0.5))
        paint_speck(plane, side, y, x, radius, light, noise, place);
    }
  }
}

}  // namespace cytoscale::simulate
