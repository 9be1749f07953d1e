#include "chart/heat_map.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "chart/axes.hpp"
#include "chart/svg.hpp"

namespace cytoscale::chart {
namespace {

double longest(const std::vector<std::string>& names) {
  std::size_t most = 0;
  for (const auto& name : names) most = std::max(most, name.size());
  return 6.4 * static_cast<double>(std::min<std::size_t>(most, 44));
}

double share_of(double value, double low, double high) {
  return high > low ? (value - low) / (high - low) : 0.5;
}

}  // namespace

std::string heat_map(const HeatMap& map) {
  const double left = longest(map.rows) + 8 + (map.row_title.empty() ? 0 : 16);
  const double top =
      (map.turned ? 0.72 * longest(map.columns) + 14 : 16) + (map.column_title.empty() ? 0 : 16);
  const double width = static_cast<double>(map.columns.size()) * map.cell,
               height = static_cast<double>(map.rows.size()) * map.cell;
  std::string svg;
  const double baseline = 0.5 * map.cell + 4;
  for (std::size_t r = 0; r < map.rows.size(); ++r)
    svg += text_at(left - 4, top + static_cast<double>(r) * map.cell + baseline, Anchor::end, map.rows[r]);
  for (std::size_t c = 0; c < map.columns.size(); ++c) {
    const double x = left + (static_cast<double>(c) + 0.5) * map.cell;
    svg += map.turned ? turned_text(x + 3, top - 6, -45, Anchor::start, map.columns[c])
                      : text_at(x, top - 4, Anchor::middle, map.columns[c]);
  }
  for (std::size_t i = 0; i < map.values.size(); ++i) {
    const double x = left + static_cast<double>(i % map.columns.size()) * map.cell,
                 y = top + static_cast<double>(i / map.columns.size()) * map.cell;
    const auto& value = map.values[i];
    const auto color = color_of(map.scale, value ? share_of(*value, map.low, map.high) : 0);
    svg += box(x, y, map.cell - 1, map.cell - 1, value ? hex(color) : "#f0f0f0",
               map.hovers.empty() ? "" : map.hovers[i]);
    if (!map.texts.empty() && !map.texts[i].empty())
      svg += text_at(x + map.cell / 2, y + baseline, Anchor::middle, map.texts[i],
                     fmt::format("pointer-events=\"none\" fill=\"{}\"", ink_on(color)));
  }
  if (!map.row_title.empty()) svg += turned_text(11, top + height / 2, -90, Anchor::middle, map.row_title);
  if (!map.column_title.empty()) svg += text_at(left + width / 2, 12, Anchor::middle, map.column_title);
  const double beyond = map.turned && !map.columns.empty() ? 0.72 * longest(map.columns) : 4;
  return drawing(left + width + beyond, top + height + 2, svg, map.label);
}

std::string color_bar(double low, double high, Scale scale, const std::string& title) {
  constexpr double width = 180, height = 10, left = 20;
  constexpr int steps = 36;
  std::string svg;
  for (int i = 0; i < steps; ++i)
    svg += box(left + width * i / steps, 2, width / steps + 0.5, height,
               hex(color_of(scale, (i + 0.5) / steps)));
  const auto ticks = round_numbers(low, high, 5);
  for (const double value : ticks)
    svg += text_at(left + width * share_of(value, low, high), 25, Anchor::middle, tick_text(value, ticks));
  svg += text_at(left + width + 18, 12, Anchor::start, title);
  return drawing(left + width + 30 + 6.6 * static_cast<double>(title.size()), 30, svg, title);
}

}  // namespace cytoscale::chart
