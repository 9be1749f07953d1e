// Where a training cell's pixels come from: fields in memory, or crops in a store. It gives the window around
// a cell, warped. Any thread may ask. Collective: no.
#pragma once
#include <span>

#include "image/plane.hpp"

namespace cytoscale::learn {

struct TrainingCell;
struct Warp;

class CellImages {
 public:
  virtual ~CellImages() = default;
  // out: [C][h][w], corrected for illumination, not normalized; zero where there is no pixel.
  // Throws Error: the pixels cannot be read.
  virtual void cut(const TrainingCell& cell, const Warp& warp, image::PictureSize size,
                   std::span<float> out) const = 0;

 protected:
  CellImages() = default;
  CellImages(const CellImages&) = default;
  CellImages(CellImages&&) = default;
  CellImages& operator=(const CellImages&) = default;
  CellImages& operator=(CellImages&&) = default;
};

}  // namespace cytoscale::learn
