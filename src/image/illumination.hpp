// Retrospective illumination correction of one plate (Singh et al., J. Microsc. 2014; Caicedo et al. 2018
// §3): the mean over the plate's fields, smoothed by a large window, divided by its robust minimum; a field
// is divided by it.
//
// Sums are integers (pixels in units of 2^-16, clipped to ±2^32), so that any order of fields and any split
// over ranks gives the same bytes. The window is large and the function smooth, so images above 256 px a side
// are smoothed on an area-averaged copy and interpolated back linearly (against full-resolution smoothing the
// gain differs by well under 1 %).
#pragma once
#include <cstdint>
#include <vector>

#include "core/enum_names.hpp"
#include "image/plane.hpp"

namespace cytoscale::image {

// The window that smooths the mean; none: no correction.
enum class Smoothing { median, gaussian, none };

struct IlluminationOptions {
  Smoothing smoothing = Smoothing::median;
  // Side of the median window, or 4 sigma of the Gaussian; 0: a quarter of the longer side.
  int window_px = 0;
  double floor_percentile = 2;  // the smoothed mean is divided by this percentile of itself
  void validate() const;        // throws Error
};

struct Illumination {
  int channels = 0, height = 0, width = 0;
  std::vector<float> gain;  // [C][H][W], all > 0
};

// Partial sum over fields of one plate. Partial sums of ranks are combined by adding `fields` and `sums`.
struct IlluminationSum {
  int channels = 0, height = 0, width = 0;
  std::int64_t fields = 0;
  std::vector<std::int64_t> sums;  // [C][H][W], pixels in units of 2^-16

  // The first field sets the size. Throws Error when a later field differs.
  void add(const FieldImage& field);
};

// Needs at least one field (throws Error). Where there is no smoothing, or a channel is black, the gain is
// 1 everywhere.
Illumination make_illumination(const IlluminationSum& sum, const IlluminationOptions& options);

// Divides in place. Throws Error when the sizes differ.
void correct(FieldImage& field, const Illumination& illumination);

}  // namespace cytoscale::image

template <>
struct cytoscale::EnumNames<cytoscale::image::Smoothing> {
  static constexpr const char* what = "smoothing of the illumination";
  static constexpr EnumName<image::Smoothing> all[] = {{image::Smoothing::median, "median"},
                                                       {image::Smoothing::gaussian, "gaussian"},
                                                       {image::Smoothing::none, "none"}};
};
