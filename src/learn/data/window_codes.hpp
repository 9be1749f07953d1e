// A square window of codes in memory as what crops are cut from.
#pragma once
#include <cstddef>
#include <vector>

#include "image/crop/packed_field.hpp"
#include "learn/augment/augment.hpp"

namespace cytoscale::learn {

// Memory for a window, kept by each thread, so that none is allocated for a cell.
struct WindowMemory {
  std::vector<std::byte> codes;  // [C][side][side]
  std::vector<float> scaling;    // [C][2]: offset and scale
};

// The crop of a cell at (y, x), as cut_crop(), from a window of the field around it that lies at `place`.
template <typename Code>
void cut_from_window(const WindowMemory& memory, int window_px, const image::WindowPlace& place, float y,
                     float x, const Warp& warp, image::PictureSize size, std::span<float> out) {
  const auto side = static_cast<std::size_t>(window_px);
  const auto skipped = static_cast<std::size_t>(place.top - place.window_top) * side +
                       static_cast<std::size_t>(place.left - place.window_left);
  const auto* codes = reinterpret_cast<const Code*>(memory.codes.data());
  const image::CodeWindow<Code> window{codes + skipped,
                                       side,
                                       side * side,
                                       static_cast<int>(memory.scaling.size() / 2),
                                       place.top,
                                       place.left,
                                       place.height,
                                       place.width,
                                       memory.scaling.data(),
                                       memory.scaling.data() + 1,
                                       2};
  cut_crop(window, y, x, warp, size, out);
}

}  // namespace cytoscale::learn
