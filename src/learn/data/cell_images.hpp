// Where a training cell's pixels come from: fields in memory, or crops in a store. It gives the window around
// a cell, warped. Any thread may ask. Collective: no.
#pragma once
#include <cstddef>
#include <span>

#include "image/crop/packed_field.hpp"
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

  // For what cuts crops itself: codes of so many bits, 8 or 16, of the square around a cell, of the side that
  // is asked for or the one there is.
  virtual int bits() const = 0;
  virtual int window_px(int wanted) const { return wanted; }
  // side: as window_px() has it. codes: [C][side][side], undefined outside the field; scaling: [C][2], offset
  // and scale. Throws Error: the pixels cannot be read.
  virtual image::WindowPlace window(const TrainingCell& cell, int side, std::span<std::byte> codes,
                                    std::span<float> scaling) const = 0;

 protected:
  CellImages() = default;
  CellImages(const CellImages&) = default;
  CellImages(CellImages&&) = default;
  CellImages& operator=(const CellImages&) = default;
  CellImages& operator=(CellImages&&) = default;
};

}  // namespace cytoscale::learn
