// How wide a text stands in a terminal.
#pragma once
#include <algorithm>
#include <string_view>

namespace cytoscale {

// Characters shown, not bytes, of UTF-8.
inline std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace cytoscale
