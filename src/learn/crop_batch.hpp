// What a network gets at a time.
#pragma once
#include <cstddef>
#include <vector>

namespace cytoscale {

struct CropBatch {
  std::size_t count = 0;              // examples
  std::size_t crops_per_example = 1;  // more where an example is a group of cells
  std::vector<float> crops;           // [count · crops_per_example][C][S][S]
  std::vector<float> targets;         // [count][labels]: each label's share in the right answer
};

}  // namespace cytoscale
