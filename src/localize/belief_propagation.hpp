// Loopy belief propagation (sum-product) on the grid of a picture's pixels: each pixel is foreground or
// background, its own evidence and that its four neighbors mostly agree with it (Kraus et al. 2016 §3.3; an
// Ising model). Pure.
#pragma once
#include <span>
#include <vector>

#include "image/plane.hpp"

namespace cytoscale::localize {

struct MrfOptions {
  double coupling = 1.5;  // J: log of how much likelier neighbors of one state are than of two
  // Neighbors whose guide differs by d agree by J · exp(−d² / (2 contrast²)); 0: by J, whatever the guide.
  double contrast = 0;
  int iterations = 20;    // in each of which every pixel tells its neighbors once, all at a time
  void validate() const;  // throws Error
};

// log_odds: [H][W] of each pixel's own evidence, log P(foreground)/P(background); guide: [H][W] where
// contrast is above 0. Returns P(foreground) of each pixel, its belief after the last iteration.
std::vector<float> propagate_beliefs(std::span<const float> log_odds, std::span<const float> guide,
                                     image::PictureSize size, const MrfOptions& options);

}  // namespace cytoscale::localize
