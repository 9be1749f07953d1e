// A picture for people: a field with the outlines of what was found in it, and of what is there.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "image/picture.hpp"
#include "image/scale_bar.hpp"
#include "localize/regions.hpp"

namespace cytoscale::localize {

// picture: [C][H][W] in any units; each channel is stretched between its 1st and 99.8th percentile. One is
// gray; of several the first three are blue, green and red. Outlines: of regions yellow, of `truth` ([H][W],
// not 0 where something is; may be empty) cyan. Returns RGB, [H][W][3].
std::vector<std::uint8_t> overlay(std::span<const float> picture, int channels, const Regions& regions,
                                  std::span<const std::uint8_t> truth);

struct Legend {
  std::string text;
  image::Color color;
};
// What the colors of an overlay of these channels stand for; `found` names the regions ("found: poscon").
std::vector<Legend> overlay_legend(const std::vector<std::string>& channels, const std::string& found,
                                   bool truth);

struct Picture {
  image::PictureSize size;
  std::vector<std::uint8_t> rgb;  // [H][W][3]
};
// The picture, with a black strip below it that has the scale bar and the legend. Letters grow with the
// picture; one that is narrower than a line of the legend goes on in black to the right.
Picture with_legend(std::span<const std::uint8_t> rgb, image::PictureSize size, const image::ScaleBar& bar,
                    const std::vector<Legend>& legend);

}  // namespace cytoscale::localize
