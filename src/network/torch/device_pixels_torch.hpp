// Pixels on a device: what image/illumination.hpp and image/crop/crop.hpp do to a field and its crops, as
// operations on tensors, which run where the tensors are. They agree with those to rounding (1e-6 of the
// range; means and deviations, which are added up in another order, 1e-5).
#pragma once
#include <torch/types.h>

#include <array>
#include <cstdint>

#include "image/crop/crop.hpp"

namespace cytoscale::network {

// planes: [C][H][W] of uint8, int16 (the bits of uint16) or float32; gain: [C][H][W], or undefined: no
// correction. float32.
torch::Tensor corrected_planes(const torch::Tensor& planes, const torch::Tensor& gain);

// The corner of the window around a cell, top and left (image::window_start()), no further outside the field
// than window_crops() can tell. Throws Error: a center that is no number.
std::array<std::int64_t, 2> window_corner(float y, float x, image::PictureSize crop,
                                          image::PictureSize field);

// field: [C][H][W]; corners: int64 [n][2] on its device. [n][C][h][w], zero outside the field.
torch::Tensor window_crops(const torch::Tensor& field, const torch::Tensor& corners, image::PictureSize size);

// Zero where a pixel is another cell's: crops: [n][C][h][w]; labels: int32 [n][1][h][w], 0 where it is of no
// cell; own: int32 [n].
torch::Tensor without_neighbors(const torch::Tensor& crops, const torch::Tensor& labels,
                                const torch::Tensor& own);

// Rescales crops, [n][C][h][w] float32, each channel of each crop, as image::normalize_crop().
class CropRescaler {
 public:
  CropRescaler(const image::Rescaling& rescaling, const torch::Device& device);
  torch::Tensor operator()(const torch::Tensor& crops) const;

 private:
  image::CropNormalization how_;
  torch::Tensor mean_, sd_;  // [1][C][1][1]; the mean image [1][C][h][w]
};

}  // namespace cytoscale::network
