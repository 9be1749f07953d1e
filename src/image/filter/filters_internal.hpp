// Small image operations of this folder, written out so that they run on the calling thread and give the same
// bits everywhere. Included by this folder's .cpp files only.
#pragma once
#include <cstdint>
#include <vector>

#include "image/plane.hpp"

namespace cytoscale::image::filters {

struct Mask {
  int height = 0, width = 0;
  std::vector<std::uint8_t> set;  // [H][W]; 0 or 1
  std::size_t size() const { return set.size(); }
};

// Euclidean distance in px of each set pixel to the nearest pixel not set, exact; 0 where not set. What lies
// outside the plane counts as set. (Felzenszwalb & Huttenlocher 2012, in integers.)
std::vector<float> distance_transform(const Mask& mask);

// Sets every hole (4-connected background that does not reach the edge) of at most max_area_px; 0: of any
// size.
void fill_holes(Mask& mask, std::size_t max_area_px = 0);

// Area-averaged copy whose sides are divided by `factor` (the last cells may cover less).
Plane shrink(const Plane& plane, int factor);
// Linear interpolation back: cell (i, j) of the small plane is centered at ((i + 0.5) * factor - 0.5, ...).
Plane enlarge(const Plane& small, int factor, int height, int width);

// Median in a square window of odd side 2 * radius + 1 clipped at the edges, of values quantized to 4096
// levels between the plane's minimum and maximum.
Plane median_window(const Plane& plane, int radius_px);

}  // namespace cytoscale::image::filters
