// Square windows around cells (Caicedo et al. 2018 §4.2–4.3).
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "image/plane.hpp"

namespace cytoscale {

// How each channel of a crop is rescaled. `maximum`, by its own maximum, is the paper's choice and the
// default everywhere.
enum class CropNormalisation {
  maximum,  // x / max; 0 where max ≤ 0
  minmax,   // (x − min) / (max − min); 0 where flat
  zscore,   // (x − mean) / sd, divisor n; 0 where flat
  none
};

CropNormalisation parse_crop_normalisation(
    const std::string& name);  // "maximum", "minmax", "zscore", "none"; throws Error
std::string_view name_of(CropNormalisation normalisation);

// Window [round(y) − size/2, … + size) × likewise in x, halves rounded away from zero; zero outside the
// field. out: [C][S][S].
void extract_crop(const FieldImage& field, float y, float x, int size_px, std::span<float> out);

// In place. crop: [C][S][S] or any [C][n].
void normalise_crop(std::span<float> crop, int channels, CropNormalisation normalisation);

}  // namespace cytoscale
