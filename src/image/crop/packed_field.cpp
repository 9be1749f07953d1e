#include "image/crop/packed_field.hpp"

#include <algorithm>
#include <cmath>

#include "image/crop/crop.hpp"

namespace cytoscale::image {

PackedField pack_field(const FieldImage& field) {
  PackedField packed{field.channels, field.height, field.width, {}, {}, {}};
  packed.pixels.resize(field.pixels.size());
  auto* out = packed.pixels.data();
  for (int c = 0; c < field.channels; ++c) {
    const auto plane = field.plane(c);
    const auto [low, high] = std::minmax_element(plane.begin(), plane.end());
    const float offset = std::min(0.0f, *low);
    const float range = *high - offset;
    const float scale = range > 0 ? range / 65535.0f : 1.0f;
    packed.offset.push_back(offset);
    packed.scale.push_back(scale);
    for (const float value : plane)
      *out++ = static_cast<std::uint16_t>(std::clamp((value - offset) / scale + 0.5f, 0.0f, 65535.0f));
  }
  return packed;
}

std::uint16_t code_of_zero(const PackedField& field, std::size_t channel) {
  return static_cast<std::uint16_t>(
      std::clamp(std::round(-field.offset[channel] / field.scale[channel]), 0.0f, 65535.0f));
}

CodeWindow<std::uint16_t> whole(const PackedField& field) {
  const auto width = static_cast<std::size_t>(field.width);
  return {field.pixels.data(),
          width,
          width * static_cast<std::size_t>(field.height),
          field.channels,
          0,
          0,
          field.height,
          field.width,
          field.offset.data(),
          field.scale.data(),
          1};
}

WindowPlace place_window(float y, float x, int size_px, int field_height, int field_width) {
  WindowPlace place;
  place.window_top = window_start(y, size_px);
  place.window_left = window_start(x, size_px);
  place.top = std::clamp<long>(place.window_top, 0, field_height);
  place.left = std::clamp<long>(place.window_left, 0, field_width);
  place.height = std::clamp<long>(place.window_top + size_px, place.top, field_height) - place.top;
  place.width = std::clamp<long>(place.window_left + size_px, place.left, field_width) - place.left;
  return place;
}

}  // namespace cytoscale::image
