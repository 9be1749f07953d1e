// Words in pictures: letters of 5 x 7 px, as many times as large as is asked for. ASCII and µ; other
// characters are drawn as question marks.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "image/picture.hpp"

namespace cytoscale::image {

inline constexpr int letter_width = 6, letter_height = 8;  // px at size 1, with the gap to the next

int text_width(std::string_view text, int size);

// Into RGB [H][W][3], from the upper left corner; what lies outside is cut off.
void draw_text(std::string_view text, int y, int x, int size, const Color& color, PictureSize picture,
               std::span<std::uint8_t> rgb);
void draw_box(int y, int x, int height, int width, const Color& color, PictureSize picture,
              std::span<std::uint8_t> rgb);

}  // namespace cytoscale::image
