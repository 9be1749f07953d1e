// Colors that nearly everyone tells apart, also where they are printed in gray.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace cytoscale::chart {

struct Rgb {
  std::uint8_t red, green, blue;
};
std::string hex(Rgb color);  // "#0072b2"

// Of groups: Okabe and Ito's colors, one after the other, over and over.
inline constexpr std::size_t group_colors = 7;
std::string group_color(std::size_t group);
inline constexpr const char* no_group = "#b8b8b8";  // of what belongs to none of the groups shown

// Of numbers from low (share 0) to high (1). sequential: cividis (Nuñez et al. 2018), dark blue to yellow;
// diverging: blue to orange with white between.
enum class Scale { sequential, diverging };
Rgb color_of(Scale scale, double share);
// Text on that color.
const char* ink_on(Rgb color);

}  // namespace cytoscale::chart
