#include "chart/intervals.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "chart/axes.hpp"
#include "chart/palette.hpp"
#include "chart/svg.hpp"

namespace cytoscale::chart {
namespace {

constexpr double row_height = 16, group_gap = 8, top = 6;

std::vector<std::string> series_of(const std::vector<IntervalRow>& rows) {
  std::vector<std::string> all;
  for (const auto& row : rows)
    if (std::find(all.begin(), all.end(), row.series) == all.end()) all.push_back(row.series);
  return all;
}

}  // namespace

std::string interval_chart(const IntervalChart& chart) {
  if (chart.rows.empty()) return {};
  const auto series = series_of(chart.rows);
  std::size_t longest = 0;
  double height = 0;
  std::vector<double> places;  // of the rows' middles, from the plot's top
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    longest = std::max(longest, chart.rows[i].name.size());
    if (i == 0 || chart.rows[i].name != chart.rows[i - 1].name) height += group_gap;
    places.push_back(height + row_height / 2);
    height += row_height;
  }
  const double left = 12 + 6.6 * static_cast<double>(longest);
  const Frame frame{left,      top, chart.width - left - 20, height + group_gap, {0, 100, chart.across},
                    {0, 1, ""}};
  std::string svg;
  for (const double tick : {0.0, 20.0, 40.0, 60.0, 80.0, 100.0}) {
    svg += line(frame.x(tick), top, frame.x(tick), top + frame.height, "#ddd");
    svg += text_at(frame.x(tick), top + frame.height + 16, Anchor::middle, fmt::format("{:.0f}", tick));
  }
  svg += text_at(left + frame.width / 2, top + frame.height + 32, Anchor::middle, chart.across);
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    const auto& row = chart.rows[i];
    const double y = top + places[i];
    const auto color = group_color(
        static_cast<std::size_t>(std::find(series.begin(), series.end(), row.series) - series.begin()));
    if (i == 0 || row.name != chart.rows[i - 1].name) svg += text_at(left - 8, y + 4, Anchor::end, row.name);
    if (row.interval)
      svg += mark(fmt::format("<path d=\"M{} {y}H{}\" stroke=\"{}\" stroke-width=\"2\"",
                              px(frame.x(100 * row.interval->first)), px(frame.x(100 * row.interval->second)),
                              color, fmt::arg("y", px(y))),
                  row.hover);
    svg += mark(fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"{}\"", px(frame.x(100 * row.value)),
                            px(y), color),
                row.hover);
  }
  double below = top + frame.height + 44, x = left;
  if (series.size() > 1) {
    for (std::size_t s = 0; s < series.size(); ++s) {
      svg += mark(fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"{}\"", px(x), px(below + 6),
                              group_color(s)));
      svg += text_at(x + 9, below + 10, Anchor::start, series[s]);
      x += 34 + 6.6 * static_cast<double>(series[s].size());
    }
    below += 18;
  }
  return drawing(chart.width, below, svg, chart.label);
}

}  // namespace cytoscale::chart
