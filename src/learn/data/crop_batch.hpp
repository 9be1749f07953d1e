// What a network gets at a time.
#pragma once
#include <cstddef>
#include <vector>

#include "image/plane.hpp"
#include "learn/augment/appearance.hpp"
#include "learn/augment/augment.hpp"

namespace cytoscale::learn {

struct TrainingCell;

// A cell, and how its crop is changed.
struct DrawnCell {
  const TrainingCell* cell = nullptr;
  Warp warp;
  std::vector<Appearance> appearances;  // by channel; none: as it is
};

// Examples before there are pixels.
struct DrawnBatch {
  std::size_t count = 0;         // examples
  std::vector<DrawnCell> cells;  // as many of each
  std::vector<float> targets;    // [count][labels]: each label's share in the right answer; 0 or 1 of several
  std::vector<float> weights;    // [count], where the cells of an example are blended: of the first
};

struct CropBatch {
  std::size_t count = 0;              // examples
  std::size_t crops_per_example = 1;  // more where an example is a group of cells
  image::PictureSize size{};          // of a crop
  std::vector<float> crops;           // [count · crops_per_example][C][h][w]
  std::vector<float> targets;         // as DrawnBatch
};

}  // namespace cytoscale::learn
