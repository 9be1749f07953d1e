#include "image/segment/segment_nuclei.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/vector_clones.hpp"
#include "image/filter/gaussian_blur.hpp"
#include "image/segment/segment_internal.hpp"

namespace cytoscale::image {
namespace {

constexpr double smallest_radius_px = 3, largest_radius_px = 100;
constexpr double relief_smoothing = 0.13;    // sigma in nuclear radii
constexpr double intensity_smoothing = 0.2;  // likewise
constexpr double largest_merged = 3;         // typical areas: pieces of one nucleus are joined up to here
constexpr double trim_fraction = 0.35;
constexpr double least_relative_area = 0.03;  // of the typical nucleus; smaller objects are debris

CYTO_VECTOR_CLONES bool all_finite(const Plane& plane) {
  constexpr std::uint32_t exponent = 0x7f800000;  // all set: infinite or not a number
  std::uint32_t wrong = 0;
  for (const float v : plane.pixels) wrong |= (std::bit_cast<std::uint32_t>(v) & exponent) == exponent;
  return !wrong;
}

Plane finite_copy(const Plane& plane) {
  Plane copy = plane;
  for (float& v : copy.pixels) {
    if (!std::isfinite(v)) v = 0;
  }
  return copy;
}

// Shape alone misses a dim gap between nuclei that overlap, intensity alone splits at each speck of
// chromatin. Of the mask's pixels.
std::vector<float> relief_of(const filters::Mask& mask, const Plane& smooth, float background,
                             double radius_px) {
  auto relief = segment::smooth_distance(mask, relief_smoothing * radius_px);
  const auto intensity = gaussian_blur(smooth, intensity_smoothing * radius_px);
  filters::visit_set(mask.set, [&](std::size_t i) {
    relief[i] *= std::sqrt(std::max(0.0f, intensity.pixels[i] - background));
  });
  return relief;
}

void check(bool good, const std::string& what, double value, const std::string& remedy) {
  if (!good) throw Error(what + " is " + number_text(value), "segmentation", remedy);
}

}  // namespace

void SegmentOptions::validate() const {
  check(smoothing_px >= 0 && smoothing_px <= 50, "the smoothing", smoothing_px, "Give 0 to 50 px");
  check(threshold_scale > 0 && threshold_scale <= 100, "the threshold scale", threshold_scale,
        "Give 0.1 to 10");
  check(split_ratio >= 0 && split_ratio <= 1, "the split ratio", split_ratio, "Give 0 (never) to 1 (always)");
  check(nucleus_diameter_px >= 0 && nucleus_diameter_px <= 2 * largest_radius_px, "the nuclear diameter",
        nucleus_diameter_px, "Give pixels up to 200, or 0 to estimate it");
  check(min_area_px >= 0 && std::isfinite(min_area_px), "the smallest area", min_area_px,
        "Give square pixels");
  check(max_area_px == 0 || (max_area_px >= min_area_px && std::isfinite(max_area_px)), "the largest area",
        max_area_px, "Give more than the smallest area, or 0 for no limit");
}

Segmentation segment_nuclei(const Plane& dna, const SegmentOptions& options) {
  options.validate();
  if (!all_finite(dna)) return segment_nuclei(finite_copy(dna), options);
  Segmentation result{dna.height, dna.width, {}, {}};
  const auto nothing = [&] {
    result.labels.resize(dna.pixels.size());
    return result;
  };
  if (dna.pixels.empty()) return nothing();
  const auto smooth = gaussian_blur(dna, options.smoothing_px);
  const auto levels = segment::measure_levels(smooth);
  if (!levels.clear) return nothing();
  const double estimate = options.nucleus_diameter_px > 0
                              ? options.nucleus_diameter_px / 2
                              : segment::typical_radius(smooth, levels, options.min_area_px, 10);
  const double radius_px = std::clamp(estimate, smallest_radius_px, largest_radius_px);
  const auto mask = segment::foreground(smooth, levels, radius_px, options);
  auto regions =
      segment::flood(mask, relief_of(mask, smooth, levels.background, radius_px), options.split_ratio);
  constexpr double pi = 3.14159265;
  const double typical_area_px = pi * radius_px * radius_px;
  segment::merge_into_ellipses(regions, dna.height, dna.width, largest_merged * typical_area_px);
  segment::trim(regions, smooth, levels.background, trim_fraction);
  const double least = std::max(options.min_area_px, least_relative_area * typical_area_px);
  segment::collect(result, std::move(regions), dna, least,
                   options.max_area_px > 0 ? options.max_area_px : 1e18);
  return result;
}

}  // namespace cytoscale::image
