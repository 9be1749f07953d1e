// Random changes of how a crop looks that say nothing about its cell: light in the background and focus
// differ between wells, plates and weeks. Changed anew for every crop, they no longer tell labels apart, and
// the network learns to look past them.
#pragma once
#include <span>
#include <vector>

#include "core/random.hpp"
#include "image/plane.hpp"
#include "learn/run/train_options.hpp"

namespace cytoscale::learn {

// Of one channel.
struct Appearance {
  float background =
      0;  // light added everywhere, relative to the channel's brightest pixel; below 0: taken away
  float blur_px = 0;  // sigma of a Gaussian
};

// [channels], each drawn for itself: background uniform in ±augment.background, blur in [0, augment.blur_px].
std::vector<Appearance> draw_appearances(Random& random, const AugmentOptions& augment, int channels);

// crop: [C][h][w], in place, before it is rescaled. No pixel goes below 0 by what is taken away.
void change_appearance(std::span<float> crop, image::PictureSize size,
                       std::span<const Appearance> appearances);

}  // namespace cytoscale::learn
