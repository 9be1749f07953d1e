// Cutting crops out of fields, changed at random while training (Caicedo et al. 2018 §4.3; Kraus et al. 2016
// §4.3; Sailem et al. 2017 §3.3): flips, rotation, translation, scaling. One bilinear sampling of the whole
// field, so that turned corners show real pixels.
#pragma once
#include <array>
#include <span>

#include "core/random.hpp"
#include "image/crop/crop.hpp"
#include "image/crop/packed_field.hpp"
#include "learn/run/train_options.hpp"

namespace cytoscale::learn {

// Crop pixel (i, j), measured from the crop's middle, is field pixel middle + shift + matrix · (i, j).
struct Warp {
  float yy = 1, yx = 0, xy = 0, xx = 1;
  float shift_y = 0, shift_x = 0;
  bool mirrored = false;  // beyond the window's edge: its mirror image; else zero
};

// Where a crop's middle is in the field, y and x: that of the window of extract_crop(), shifted.
std::array<float, 2> crop_middle(float y, float x, const Warp& warp, image::PictureSize size);

// room: by how many pixels a picture is larger than the crop, which then lies anywhere in it.
Warp draw_warp(Random& random, const AugmentOptions& options, image::PictureSize room = {});

// The side of a window around a cell that holds every pixel a crop of it can need: for any angle about √2
// times the crop, and the translation on both sides.
int window_for_crop(int crop_px, const AugmentOptions& options);

// The same for one warp.
int window_for_warp(image::PictureSize crop, const Warp& warp);

// out: [C][h][w], not normalized; zero outside the window. With the identity the window of extract_crop().
void cut_crop(const image::CodeWindow<std::uint16_t>& window, float y, float x, const Warp& warp,
              image::PictureSize size, std::span<float> out);
void cut_crop(const image::CodeWindow<std::uint8_t>& window, float y, float x, const Warp& warp,
              image::PictureSize size, std::span<float> out);
inline void cut_crop(const image::PackedField& field, float y, float x, const Warp& warp,
                     image::PictureSize size, std::span<float> out) {
  cut_crop(image::whole(field), y, x, warp, size, out);
}

}  // namespace cytoscale::learn
