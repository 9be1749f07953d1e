#include "chart/palette.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

namespace cytoscale::chart {
namespace {

constexpr const char* okabe_ito[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                     "#e69f00", "#56b4e9", "#000000"};
static_assert(std::size(okabe_ito) == group_colors);

constexpr Rgb cividis[] = {{0, 34, 78},     {18, 53, 112},   {59, 73, 108},   {87, 93, 109},  {112, 113, 115},
                           {138, 134, 120}, {165, 156, 116}, {195, 179, 105}, {225, 204, 85}, {254, 232, 56}};
constexpr Rgb blue_orange[] = {{33, 102, 172},  {103, 169, 207}, {209, 229, 240}, {247, 247, 247},
                               {254, 224, 182}, {241, 163, 64},  {179, 88, 6}};

std::uint8_t between(std::uint8_t a, std::uint8_t b, double share) {
  return static_cast<std::uint8_t>(std::lround(a + share * (b - a)));
}

Rgb along(std::span<const Rgb> stops, double share) {
  const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
  const auto first = std::min(static_cast<std::size_t>(at), stops.size() - 2);
  const double rest = at - static_cast<double>(first);
  const auto &a = stops[first], &b = stops[first + 1];
  return {between(a.red, b.red, rest), between(a.green, b.green, rest), between(a.blue, b.blue, rest)};
}

}  // namespace

std::string hex(Rgb color) {
  return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue);
}

std::string group_color(std::size_t group) {
  return okabe_ito[group % group_colors];
}

Rgb color_of(Scale scale, double share) {
  return scale == Scale::sequential ? along(cividis, share) : along(blue_orange, share);
}

const char* ink_on(Rgb color) {
  return 0.299 * color.red + 0.587 * color.green + 0.114 * color.blue > 140 ? "#000" : "#fff";
}

}  // namespace cytoscale::chart
