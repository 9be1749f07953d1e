// Channels as colors, for people.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "image/plane.hpp"

namespace cytoscale::image {

using Color = std::array<std::uint8_t, 3>;  // red, green, blue

// What is shown black and what as bright as can be, in the pixels' units.
struct Stretch {
  float low = 0, high = 0;
  float share(float value) const;  // [0, 1]; 0 where high is not above low
};
// From the 1st to the 99.8th percentile.
Stretch stretch_of(std::span<const float> pixels);

// picture: [C][n]; a stretch and a color per channel; channels beyond the colors are left out. The colors'
// light is added up. RGB, [n][3].
std::vector<std::uint8_t> in_colors(std::span<const float> picture, std::span<const Stretch> stretches,
                                    std::span<const Color> colors);

// Draws into RGB [H][W][3] what is set in `labels` [H][W] (not 0) and has a neighbor of another value.
void draw_outlines(std::span<const std::int32_t> labels, PictureSize size, const Color& color,
                   std::span<std::uint8_t> rgb);
void draw_outlines(std::span<const std::uint8_t> labels, PictureSize size, const Color& color,
                   std::span<std::uint8_t> rgb);

}  // namespace cytoscale::image
