// What a network gets at a time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cytoscale {

struct CropBatch {
  std::size_t count = 0;              // examples
  std::size_t crops_per_example = 1;  // more where an example is a group of cells
  std::vector<float> crops;           // [count · crops_per_example][C][S][S]
  std::vector<std::int64_t> labels;   // [count]
  // Of blended examples, [count] or empty: the second label, and the first one's weight in [0, 1].
  std::vector<std::int64_t> other_labels;
  std::vector<float> weights;
};

}  // namespace cytoscale
