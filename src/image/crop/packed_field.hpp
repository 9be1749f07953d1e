// Pixels as 16-bit codes with a scale per channel: half of float32, and as the largest pixel takes the
// largest code, finer than the 16 bits a camera gives.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/plane.hpp"

namespace cytoscale::image {

struct PackedField {
  int channels = 0, height = 0, width = 0;
  std::vector<float> offset, scale;   // per channel: value = offset + scale * code
  std::vector<std::uint16_t> pixels;  // [C][H][W]
};

PackedField pack_field(const FieldImage& field);
// The code that is nearest to 0; 0 itself where no pixel of the channel is below.
std::uint16_t code_of_zero(const PackedField& field, std::size_t channel);

// A rectangle of a field's codes, somewhere in memory; it tells where it lies in the field, so that a crop
// cut out of it has the same bits as one cut out of the whole field.
template <typename Code>
struct CodeWindow {
  const Code* codes = nullptr;                   // of channel 0 at (top, left)
  std::size_t row_stride = 0, plane_stride = 0;  // in codes
  int channels = 0;
  long top = 0, left = 0, height = 0, width = 0;  // px of the field, inside it
  const float* offset = nullptr;                  // per channel, `scaling_stride` apart
  const float* scale = nullptr;
  std::size_t scaling_stride = 1;
};

CodeWindow<std::uint16_t> whole(const PackedField& field);

// Where a window of `size_px` around a cell lies in a field (as extract_crop()): it may reach outside, and
// `top` … `height` are the part inside; empty where there is none.
struct WindowPlace {
  long window_top = 0, window_left = 0;           // of the window, px of the field
  long top = 0, left = 0, height = 0, width = 0;  // of its part inside the field
};
WindowPlace place_window(float y, float x, int size_px, int field_height, int field_width);

}  // namespace cytoscale::image
