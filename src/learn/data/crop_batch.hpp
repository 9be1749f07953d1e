// What a network gets at a time.
#pragma once
#include <cstddef>
#include <vector>

#include "image/plane.hpp"

namespace cytoscale::learn {

struct CropBatch {
  std::size_t count = 0;              // examples
  std::size_t crops_per_example = 1;  // more where an example is a group of cells
  image::PictureSize size{};          // of a crop
  std::vector<float> crops;           // [count · crops_per_example][C][h][w]
  std::vector<float>
      targets;  // [count][labels]: each label's share in the right answer; 0 or 1 of several labels
};

}  // namespace cytoscale::learn
