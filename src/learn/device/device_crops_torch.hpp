// What learn/augment does to crops, as operations on tensors of a batch; they agree with it to rounding.
#pragma once
#include <torch/types.h>

#include "image/plane.hpp"

namespace cytoscale::learn {

// Of each of n cells, on the device.
struct CropSources {
  torch::Tensor codes;    // [pixels][C]: uint8 or int16 (device_images_torch.hpp)
  torch::Tensor places;   // int64 [n][6]: base, stride, top, left, height, width (CodePlace)
  torch::Tensor warps;    // [n][6]: the field's y and x at the crop's middle; Warp's yy, yx, xy, xx
  torch::Tensor scaling;  // [n][C][2]: offset and scale of codes
};

// As cut_crop() (learn/augment/augment.hpp): bilinear, zero outside, or mirrored at the edges of each place.
// [n][C][h][w], the channels last in memory.
torch::Tensor cut_crops(const CropSources& sources, image::PictureSize size, bool mirrored);

// As change_appearance() (learn/augment/appearance.hpp). backgrounds: [n][C]; kernels: [n][C][2r+1], the
// blur's weights from left to right, or undefined: no blur.
torch::Tensor change_appearances(const torch::Tensor& crops, const torch::Tensor& backgrounds,
                                 const torch::Tensor& kernels);

}  // namespace cytoscale::learn
