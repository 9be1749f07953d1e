#include "learn/augment/appearance.hpp"

#include <algorithm>

#include "image/filter/gaussian_blur.hpp"

namespace cytoscale::learn {
namespace {

void blur(std::span<float> channel, image::PictureSize size, float sigma_px) {
  image::Plane plane(size.height, size.width);
  std::copy(channel.begin(), channel.end(), plane.pixels.begin());
  const auto blurred = image::gaussian_blur(plane, sigma_px);
  std::copy(blurred.pixels.begin(), blurred.pixels.end(), channel.begin());
}

}  // namespace

std::vector<Appearance> draw_appearances(Random& random, const AugmentOptions& augment, int channels) {
  std::vector<Appearance> appearances(static_cast<std::size_t>(channels));
  for (auto& appearance : appearances) {
    appearance.background = static_cast<float>(random.uniform(-augment.background, augment.background));
    appearance.blur_px = static_cast<float>(random.uniform(0, augment.blur_px));
  }
  return appearances;
}

void change_appearance(std::span<float> crop, image::PictureSize size,
                       std::span<const Appearance> appearances) {
  const auto area = crop.size() / appearances.size();
  for (std::size_t c = 0; c < appearances.size(); ++c) {
    const auto channel = crop.subspan(c * area, area);
    const auto& appearance = appearances[c];
    if (appearance.blur_px > 0) blur(channel, size, appearance.blur_px);
    if (appearance.background == 0) continue;
    const float light =
        appearance.background * std::max(0.0f, *std::max_element(channel.begin(), channel.end()));
    for (float& value : channel) value = std::max(value + light, std::min(value, 0.0f));
  }
}

}  // namespace cytoscale::learn
