// Small image operations of this folder, written out so that they run on the calling thread and give the same
// bits everywhere. Included by this folder's .cpp files only.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "image/plane.hpp"

namespace cytoscale::image::filters {

struct Mask {
  int height = 0, width = 0;
  std::vector<std::uint8_t> set;  // [H][W]; 0 or 1
  std::size_t size() const { return set.size(); }
};

// Calls visit(i) for each value that is not 0, in order. Where there is none, 32 bytes are passed at a time.
template <class T, class Visit>
void visit_set(const std::vector<T>& values, Visit visit) {
  constexpr std::size_t block = 32 / sizeof(T);
  std::size_t i = 0;
  for (; i + block <= values.size(); i += block) {
    std::array<std::uint64_t, 4> bits;
    std::memcpy(bits.data(), &values[i], sizeof bits);
    if (!(bits[0] | bits[1] | bits[2] | bits[3])) continue;
    for (std::size_t j = i; j < i + block; ++j)
      if (values[j]) visit(j);
  }
  for (; i < values.size(); ++i)
    if (values[i]) visit(i);
}

// Euclidean distance in px of each set pixel to the nearest pixel not set, exact; 0 where not set. What lies
// outside the plane counts as set. (Felzenszwalb & Huttenlocher 2012, in integers.)
std::vector<float> distance_transform(const Mask& mask);

// Sets every hole (4-connected background that does not reach the edge) of at most max_area_px; 0: of any
// size.
void fill_holes(Mask& mask, std::size_t max_area_px = 0);

// Area-averaged copy whose sides are divided by `factor` (the last squares may cover less).
Plane shrink(const Plane& plane, int factor);
// Linear interpolation back: square (i, j) of the small plane is centered at ((i + 0.5) * factor - 0.5, ...).
Plane enlarge(const Plane& small, int factor, int height, int width);
// The same row by row.
class EnlargedRows {
 public:
  EnlargedRows(std::span<const float> small, PictureSize small_size, int factor, PictureSize size);
  // Valid until the next call. Neighbors of the small plane are kept widened: rows in order cost least.
  std::span<const float> row(int y);

 private:
  // The neighbors that a pixel lies between, and how far on its way from the first.
  struct Step {
    int low, high;
    float part;
  };
  static Step step_at(int pixel, int factor, int squares);
  const float* widened(int small_row);

  std::span<const float> small_;
  PictureSize small_size_;
  int factor_;
  std::vector<Step> columns_;
  std::array<std::vector<float>, 2> wide_;  // small rows of even and of odd number
  std::array<int, 2> held_{-1, -1};
  std::vector<float> row_;
};

// Median in a square window of odd side 2 * radius + 1 clipped at the edges, of values quantized to 4096
// levels between the plane's minimum and maximum.
Plane median_window(const Plane& plane, int radius_px);

}  // namespace cytoscale::image::filters
