#include "localize/overlay.hpp"

#include <algorithm>
#include <cmath>

#include "image/lettering.hpp"

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

std::vector<Legend> overlay_legend(const std::vector<std::string>& channels, const std::string& found,
                                   bool truth) {
  std::vector<Legend> legend;
  for (std::size_t c = 0; c < std::min(channels.size(), std::size(of_channels)); ++c)
    legend.push_back({channels[c], channels.size() == 1 ? white : of_channels[c]});
  legend.push_back({found, yellow});
  if (truth) legend.push_back({"truth", cyan});
  return legend;
}

Picture with_legend(std::span<const std::uint8_t> rgb, image::PictureSize size, const image::ScaleBar& bar,
                    const std::vector<Legend>& legend) {
  const int letter = std::max(1, (size.width + 150) / 300), gap = 4 * letter,
            line = (image::letter_height + 4) * letter, mark = image::letter_height * letter;
  const int bar_px = std::max(1, static_cast<int>(std::lround(bar.length_px)));
  // Where each entry stands: the bar first, then the colors, on as many lines as they need.
  struct Entry {
    int width, y = 0, x = 0;
  };
  std::vector<Entry> entries = {{bar_px + gap + image::text_width(bar.text, letter)}};
  for (const auto& one : legend) entries.push_back({mark + gap + image::text_width(one.text, letter)});
  int width = size.width, x = gap, y = size.height + gap;
  for (auto& entry : entries) {
    width = std::max(width, entry.width + 2 * gap);
    if (x > gap && x + entry.width + gap > width) x = gap, y += line;
    entry.y = y, entry.x = x;
    x += entry.width + 3 * gap;
  }
  Picture picture{{y + line, width}, {}};
  picture.rgb.assign(3 * picture.size.pixels(), 0);
  for (int row = 0; row < size.height; ++row)
    std::copy_n(rgb.begin() + 3 * std::ptrdiff_t(row) * size.width, 3 * size.width,
                picture.rgb.begin() + 3 * std::ptrdiff_t(row) * width);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& [entry_width, top, left] = entries[i];
    const bool is_bar = i == 0;
    const int drawn = is_bar ? bar_px : mark;
    image::draw_box(top + (is_bar ? 2 * letter : 0), left, is_bar ? 3 * letter : mark - letter, drawn,
                    is_bar ? white : legend[i - 1].color, picture.size, picture.rgb);
    image::draw_text(is_bar ? bar.text : legend[i - 1].text, top, left + drawn + gap, letter, white,
                     picture.size, picture.rgb);
  }
  return picture;
}

}  // namespace cytoscale::localize
