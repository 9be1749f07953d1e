// The steps of segment_nuclei. Included by this folder's .cpp files only.
#pragma once
#include <cstdint>
#include <vector>

#include "image/filter/filters_internal.hpp"
#include "image/segment/segment_nuclei.hpp"

namespace cytoscale::image::segment {

// Region numbers per pixel: 0 none, 1 … count.
struct Regions {
  std::vector<std::int32_t> labels;
  std::int32_t count = 0;
};

// Heights in the blurred plane. `clear`: the threshold stands so far above the background's noise that there
// is something.
struct Levels {
  float background = 0, noise = 0, threshold = 0;
  bool clear = false;
};
Levels measure_levels(const Plane& smooth);

// Foreground by global and local threshold (radius_px: typical nucleus), holes filled.
filters::Mask foreground(const Plane& smooth, const Levels& levels, double radius_px,
                         const SegmentOptions& options);

// Median radius of the objects above Otsu's threshold, split by shape alone; `otherwise` where there is none.
double typical_radius(const Plane& smooth, const Levels& levels, double min_area_px, double otherwise);

// Distance transform of the mask, smoothed with the sigma.
std::vector<float> smooth_distance(const filters::Mask& mask, double sigma_px);

// Floods `relief` inside the mask from high to low; basins that meet at a pass below `split_ratio` of the
// lower of their two peaks stay apart.
Regions flood(const filters::Mask& mask, const std::vector<float>& relief, double split_ratio);

// Raw moments of a region's pixels: count, sums of coordinates and of their products.
struct Moments {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  // Central second moments, with 1/12 for the extent of a pixel itself.
  double var_x() const { return xx / n - (x / n) * (x / n) + 1.0 / 12; }
  double var_y() const { return yy / n - (y / n) * (y / n) + 1.0 / 12; }
  double covariance() const { return xy / n - (x / n) * (y / n); }
  Moments operator+(const Moments& o) const {
    return {n + o.n, x + o.x, y + o.y, xx + o.xx, xy + o.xy, yy + o.yy};
  }
};
std::vector<Moments> measure_moments(const Regions& regions, int width);  // by label; [0] is empty

// Joins touching regions that make one ellipse together (its area at least 0.96 of that of the ellipse with
// the same second moments) of no more than most_area_px: pieces of one nucleus that its chromatin had split.
// Best pairs first. Numbers of joined regions are left unused.
inline constexpr double ellipse_ratio = 0.96;
void merge_into_ellipses(Regions& regions, int height, int width, double most_area_px);

// Trims each region to the pixels above `fraction` of its own height (90th percentile) over the background,
// and to the largest 4-connected piece of what is left; gaps it encloses are filled.
void trim(Regions& regions, const Plane& smooth, float background, double fraction);

// Drops what is outside the size limits and numbers the rest by centroid: labels and nuclei of the result.
void collect(Segmentation& result, Regions regions, const Plane& dna, double least_area, double most_area);

}  // namespace cytoscale::image::segment
