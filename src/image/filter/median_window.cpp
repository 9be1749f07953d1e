#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "core/expect.hpp"
#include "core/vector_clones.hpp"
#include "image/filter/filters_internal.hpp"

namespace cytoscale::image::filters {
namespace {

constexpr int levels = 4096, blocks = 64, block_levels = levels / blocks;

using ColumnCounts = std::array<std::uint16_t, 64>;  // by block, or by level of one block
using WindowCounts = std::array<std::uint32_t, 64>;

CYTO_VECTOR_CLONES void add(WindowCounts& window, const ColumnCounts& column) {
  for (std::size_t i = 0; i < 64; ++i) window[i] += column[i];
}
CYTO_VECTOR_CLONES void subtract(WindowCounts& window, const ColumnCounts& column) {
  for (std::size_t i = 0; i < 64; ++i) window[i] -= column[i];
}
CYTO_VECTOR_CLONES void replace(WindowCounts& window, const ColumnCounts& in, const ColumnCounts& out) {
  for (std::size_t i = 0; i < 64; ++i) window[i] += std::uint32_t(in[i]) - std::uint32_t(out[i]);
}

// Counts of the levels in each column of the window's rows, and in the window itself, by blocks of levels; of
// the levels within a block only where the median falls into it (Perreault & Hébert 2007, with levels in two
// tiers). A step costs the same for any radius.
class SlidingMedian {
 public:
  SlidingMedian(const std::vector<std::uint16_t>& level, int width, int radius)
      : level_(level),
        width_(width),
        radius_(radius),
        column_blocks_(std::size_t(width)),
        column_levels_(std::size_t(width) * blocks) {}

  void add_row(int y) { change_row(y, 1); }
  void drop_row(int y) { change_row(y, -1); }

  // visit(x, level of the median) along the row whose window the columns hold; `rows` of them.
  template <class Visit>
  void along_row(int rows, Visit visit) {
    window_blocks_.fill(0);
    at_.fill(none);
    int columns = 0;
    for (int x = 0; x < std::min(radius_, width_); ++x, ++columns) add(window_blocks_, blocks_of(x));
    for (int x = 0; x < width_; ++x) {
      columns += move(window_blocks_, x, [this](int c) -> const ColumnCounts& { return blocks_of(c); });
      auto need = static_cast<std::uint32_t>(columns * rows / 2);  // the upper median's rank
      std::size_t block = 0;
      while (need >= window_blocks_[block]) need -= window_blocks_[block++];
      const auto& counts = levels_around(x, block);
      std::size_t level = 0;
      while (need >= counts[level]) need -= counts[level++];
      visit(x, block * block_levels + level);
    }
  }

 private:
  static constexpr int none = -1;

  void change_row(int y, int by) {
    const auto* row = &level_[std::size_t(y) * std::size_t(width_)];
    for (int x = 0; x < width_; ++x) {
      const std::size_t block = row[x] / block_levels, within = row[x] % block_levels;
      auto& of_block = column_blocks_[std::size_t(x)][block];
      auto& of_level = column_levels_[block * std::size_t(width_) + std::size_t(x)][within];
      of_block = static_cast<std::uint16_t>(of_block + by);
      of_level = static_cast<std::uint16_t>(of_level + by);
    }
  }

  const ColumnCounts& blocks_of(int x) const { return column_blocks_[std::size_t(x)]; }
  const ColumnCounts& levels_of(int x, std::size_t block) const {
    return column_levels_[block * std::size_t(width_) + std::size_t(x)];
  }

  // From the window around x - 1 to that around x; by how many columns it grows.
  template <class Column>
  int move(WindowCounts& window, int x, Column column) const {
    const int in = x + radius_, out = x - radius_ - 1;
    if (in < width_ && out >= 0) {
      replace(window, column(in), column(out));
      return 0;
    }
    if (in < width_) add(window, column(in));
    if (out >= 0) subtract(window, column(out));
    return (in < width_) - (out >= 0);
  }

  // Brought up to x from where it was last asked for, or made anew where that is far.
  const WindowCounts& levels_around(int x, std::size_t block) {
    auto& window = window_levels_[block];
    const auto column = [this, block](int c) -> const ColumnCounts& { return levels_of(c, block); };
    if (at_[block] == none || x - at_[block] > radius_) {
      window.fill(0);
      for (int c = std::max(0, x - radius_); c <= std::min(width_ - 1, x + radius_); ++c)
        add(window, column(c));
    } else {
      for (int c = at_[block] + 1; c <= x; ++c) move(window, c, column);
    }
    at_[block] = x;
    return window;
  }

  const std::vector<std::uint16_t>& level_;
  int width_, radius_;
  std::vector<ColumnCounts> column_blocks_;  // [columns]
  std::vector<ColumnCounts> column_levels_;  // [blocks][columns]
  WindowCounts window_blocks_;
  std::array<WindowCounts, blocks> window_levels_;
  std::array<int, blocks> at_;  // the column around which they are
};

}  // namespace

Plane median_window(const Plane& plane, int radius_px) {
  CYTO_EXPECT(plane.height <= 65535);  // a column is counted in 16 bits
  const auto [low, high] = std::minmax_element(plane.pixels.begin(), plane.pixels.end());
  const float base = *low, step = (*high - *low) / (levels - 1);
  if (!(step > 0)) return plane;
  std::vector<std::uint16_t> level(plane.pixels.size());
  for (std::size_t i = 0; i < level.size(); ++i) {
    level[i] =
        static_cast<std::uint16_t>(std::min(levels - 1.0f, std::round((plane.pixels[i] - base) / step)));
  }
  Plane result(plane.height, plane.width);
  SlidingMedian median(level, plane.width, std::min(radius_px, std::max(plane.height, plane.width)));
  int next = 0;
  for (int y = 0; y < plane.height; ++y) {
    const int top = y - radius_px;
    for (; next < plane.height && next <= y + radius_px; ++next) median.add_row(next);
    if (top > 0) median.drop_row(top - 1);
    median.along_row(next - std::max(0, top), [&](int x, std::size_t found) {
      result.at(y, x) = base + step * static_cast<float>(found);
    });
  }
  return result;
}

}  // namespace cytoscale::image::filters
