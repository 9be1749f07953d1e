#include "chart/line_chart.hpp"

#include <fmt/format.h>

#include "chart/axes.hpp"
#include "chart/palette.hpp"
#include "chart/svg.hpp"
#include "core/text/text.hpp"

namespace cytoscale::chart {
namespace {

constexpr double left = 60, top = 34, right = 16, bottom = 44;

std::string one_line(const Frame& frame, const Line& line, const std::string& color) {
  std::string points;
  for (std::size_t i = 0; i < line.x.size(); ++i)
    points += (i ? " " : "") + px(frame.x(line.x[i])) + "," + px(frame.y(line.y[i]));
  auto svg = mark(
      fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\"", points, color),
      line.name);
  if (line.x.size() > 60) return svg;
  for (std::size_t i = 0; i < line.x.size(); ++i)
    svg += mark(fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"2.5\" fill=\"{}\"", px(frame.x(line.x[i])),
                            px(frame.y(line.y[i])), color),
                fmt::format("{}: {:.4g} at {}", line.name, line.y[i], number_text(line.x[i])));
  return svg;
}

}  // namespace

std::string line_chart(const LineChart& chart) {
  std::vector<double> xs, ys;
  for (const auto& line : chart.lines) {
    xs.insert(xs.end(), line.x.begin(), line.x.end());
    ys.insert(ys.end(), line.y.begin(), line.y.end());
  }
  if (xs.empty()) return {};
  const Frame frame{left,
                    top,
                    chart.width - left - right,
                    chart.height - top - bottom,
                    axis_around(xs, chart.across),
                    axis_around(ys, chart.up)};
  auto svg = frame.svg();
  double legend = left;
  for (std::size_t i = 0; i < chart.lines.size(); ++i) {
    if (chart.lines[i].x.empty()) continue;
    svg += one_line(frame, chart.lines[i], group_color(i));
    svg += box(legend, top - 20, 14, 4, group_color(i));
    svg += text_at(legend + 19, top - 14, Anchor::start, chart.lines[i].name);
    legend += 40 + 7.0 * static_cast<double>(chart.lines[i].name.size());
  }
  return drawing(chart.width, chart.height, svg, chart.label);
}

}  // namespace cytoscale::chart
