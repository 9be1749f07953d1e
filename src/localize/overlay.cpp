#include "localize/overlay.hpp"

#include <algorithm>

#include "image/picture.hpp"

namespace cytoscale::localize {
namespace {

constexpr image::Color yellow = {255, 220, 0}, cyan = {0, 220, 255};
constexpr image::Color white = {255, 255, 255};
constexpr image::Color of_channels[] = {{0, 0, 255}, {0, 255, 0}, {255, 0, 0}};

}  // namespace

std::vector<std::uint8_t> overlay(std::span<const float> picture, int channels, const Regions& regions,
                                  std::span<const std::uint8_t> truth) {
  const auto pixels = regions.size.pixels();
  std::vector<image::Stretch> stretches;
  for (int c = 0; c < channels; ++c)
    stretches.push_back(image::stretch_of(picture.subspan(static_cast<std::size_t>(c) * pixels, pixels)));
  const auto colors = channels == 1 ? std::span<const image::Color>(&white, 1) : of_channels;
  auto rgb = image::in_colors(picture, stretches, colors);
  if (!truth.empty()) image::draw_outlines(truth, regions.size, cyan, rgb);
  image::draw_outlines(regions.labels, regions.size, yellow, rgb);
  return rgb;
}

}  // namespace cytoscale::localize
