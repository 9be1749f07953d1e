// Retrospective illumination correction of one plate (Singh et al., J. Microsc. 2014; Caicedo et al. 2018
// §3): the mean over the plate's fields, smoothed by a large window, divided by its robust minimum; a field
// is divided by it.
//
// The window is large and the function smooth, so all of it happens on a grid: each value is the mean of a
// square of step_px a side (1 in images up to 256 px a side), and between the squares' centers the function
// is linear (against full-resolution smoothing the gain differs by well under 1 %). Sums are integers (means
// of squares in units of 2^-16, clipped to ±2^32), so that any order of fields and any split over ranks gives
// the same bytes.
#pragma once
#include <cstdint>
#include <span>
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

// The function of fields of one size.
struct Illumination {
  int channels = 0, height = 0, width = 0;  // of a field, px
  std::vector<float> gain;                  // [C][rows][columns] of the grid, all > 0
  int step_px = 1;                          // a side of the grid's squares; the last ones may be cut
  PictureSize grid() const;
};

// Partial sum over fields of one plate.
struct IlluminationSum {
  int channels = 0, height = 0, width = 0;  // of a field, px
  int step_px = 1;                          // as in Illumination
  std::int64_t fields = 0;
  std::vector<std::int64_t> sums;  // [C][rows][columns] of the grid, means in units of 2^-16

  IlluminationSum(int channel_count, PictureSize field, const IlluminationOptions& options);
  // The planes of one field are added one by one, in any order, then it is counted in `fields`. Throws Error
  // when the plane is of another size.
  void add(int channel, const Plane& plane);
  void add(const IlluminationSum& other);  // of the same plate
};

// A gain of 1 everywhere.
Illumination flat_illumination(const IlluminationSum& sum);
// Of one channel: [rows][columns]. Needs at least one field (throws Error). Where there is no smoothing, or
// the channel is black, the gain is 1 everywhere.
std::vector<float> make_gain(const IlluminationSum& sum, int channel, const IlluminationOptions& options);
// Of all channels.
Illumination make_illumination(const IlluminationSum& sum, const IlluminationOptions& options);

// What a field's pixels are divided by, [C][H][W], for those who keep it.
void write_gains(const Illumination& illumination, std::span<float> pixels);

// Divide in place. Throw Error when the sizes differ.
void correct(FieldImage& field, const Illumination& illumination);
void correct(Plane& plane, const Illumination& illumination, int channel);

}  // namespace cytoscale::image

template <>
struct cytoscale::EnumNames<cytoscale::image::Smoothing> {
  static constexpr const char* what = "smoothing of the illumination";
  static constexpr EnumName<image::Smoothing> all[] = {{image::Smoothing::median, "median"},
                                                       {image::Smoothing::gaussian, "gaussian"},
                                                       {image::Smoothing::none, "none"}};
};
