// Quality of one plane of a field.
#pragma once
#include <cstddef>

#include "image/plane.hpp"

namespace cytoscale::image {

struct PlaneQuality {
  // Variance of the 4-neighbor Laplacian (Pech-Pacheco et al., ICPR 2000) divided by the plane's own
  // variance: independent of gain and offset, larger for sharper images, 0 for a uniform plane.
  float focus_score = 0;
  float saturated_fraction = 0;      // pixels at or above white_level, 0…1
  float brightest = 0;               // value of a pixel
  std::size_t brightest_pixels = 0;  // that have that value
};

PlaneQuality measure_quality(const Plane& plane, float white_level);

}  // namespace cytoscale::image
