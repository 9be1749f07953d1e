// Windows around cells (Caicedo et al. 2018 §4.2–4.3).
#pragma once
#include <span>
#include <utility>
#include <vector>

#include "core/enum_names.hpp"
#include "image/plane.hpp"

namespace cytoscale::image {

// How each channel of a crop is rescaled. `maximum`, by its own maximum, is the paper's choice and the
// default everywhere.
enum class CropNormalization {
  maximum,  // x / max; 0 where max ≤ 0
  minmax,   // (x − min) / (max − min); 0 where flat
  zscore,   // (x − mean) / sd, divisor n; 0 where flat
  none,
  dataset,  // (x − mean) / sd, of the channel over all pictures of a training set (Kraus et al. 2016 §4.3)
  mean_image  // the same with a mean for each pixel (Sailem et al. 2017 §3.2): pictures of one size only
};

// What a crop shows of the cells beside its own.
enum class CropNeighbors {
  keep,
  blank,  // their pixels, which label masks tell, are 0, as beyond the edge of the field
};

constexpr bool needs_statistics(CropNormalization normalization) {
  return normalization == CropNormalization::dataset || normalization == CropNormalization::mean_image;
}

// Of the pictures of a training set.
struct PictureStatistics {
  std::vector<float> mean;  // [C], or of a mean image [C][h][w]
  std::vector<float> sd;    // [C], over all pixels of all pictures
  PictureSize size{};       // of the mean image
};

// How pictures are rescaled, with all that it takes.
struct Rescaling {
  CropNormalization how = CropNormalization::maximum;
  PictureStatistics statistics{};  // where needs_statistics(how)
  Rescaling() = default;
  Rescaling(CropNormalization kind) : how(kind) {}  // NOLINT: most kinds take nothing else
  Rescaling(CropNormalization kind, PictureStatistics of) : how(kind), statistics(std::move(of)) {}
};

// Where a window of that size around a center begins, px of the field: round(center) − size/2, halves rounded
// away from zero; centers further out than 1e9 px count as there. Throws Error: a center that is no number.
long window_start(float center, int size_px);

// Window [round(y) − height/2, … + height) × likewise in x, halves rounded away from zero; zero outside the
// field. out: [C][h][w].
void extract_crop(const FieldImage& field, float y, float x, PictureSize size, std::span<float> out);

// In place. crop: [C][h][w] or any [C][n]. Throws Error: a size that channels or statistics do not fit.
void normalize_crop(std::span<float> crop, int channels, const Rescaling& rescaling);

}  // namespace cytoscale::image

template <>
struct cytoscale::EnumNames<cytoscale::image::CropNormalization> {
  static constexpr const char* what = "way to rescale crops";
  static constexpr EnumName<image::CropNormalization> all[] = {
      {image::CropNormalization::maximum, "maximum"}, {image::CropNormalization::minmax, "minmax"},
      {image::CropNormalization::zscore, "zscore"},   {image::CropNormalization::none, "none"},
      {image::CropNormalization::dataset, "dataset"}, {image::CropNormalization::mean_image, "mean-image"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::image::CropNeighbors> {
  static constexpr const char* what = "way with the neighbors of a cell";
  static constexpr EnumName<image::CropNeighbors> all[] = {{image::CropNeighbors::keep, "keep"},
                                                           {image::CropNeighbors::blank, "blank"}};
};
