// Levels that part the values of a picture.
#pragma once
#include <span>
#include <vector>

namespace cytoscale::image {

// Otsu 1979: the threshold of largest variance between the classes, of values clipped to [low, high], in 1024
// steps. low < high; values not empty.
float otsu_threshold(std::span<const float> values, float low, float high);

// The value below which `fraction` of the values lie (nearest rank). Values are reordered; 0 where there are
// none.
float quantile(std::vector<float>& values, double fraction);

}  // namespace cytoscale::image
