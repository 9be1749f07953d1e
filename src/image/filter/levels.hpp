// Levels that part the values of a picture.
#pragma once
#include <span>

namespace cytoscale::image {

// Otsu 1979: the threshold of largest variance between the classes, of values clipped to [low, high], in 1024
// steps. low < high; values not empty.
float otsu_threshold(std::span<const float> values, float low, float high);

}  // namespace cytoscale::image
