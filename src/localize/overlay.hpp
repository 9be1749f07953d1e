// A picture for people: a field with the outlines of what was found in it, and of what is there.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "localize/regions.hpp"

namespace cytoscale::localize {

// picture: [C][H][W] in any units; each channel is stretched between its 1st and 99.8th percentile. One is
// gray; of several the first three are blue, green and red. Outlines: of regions yellow, of `truth` ([H][W],
// not 0 where something is; may be empty) cyan. Returns RGB, [H][W][3].
std::vector<std::uint8_t> overlay(std::span<const float> picture, int channels, const Regions& regions,
                                  std::span<const std::uint8_t> truth);

}  // namespace cytoscale::localize
