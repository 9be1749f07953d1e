#include "chart/category_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "chart/palette.hpp"
#include "chart/svg.hpp"

namespace cytoscale::chart {
namespace {

constexpr double panel_width = 420, panel_height = 260, left = 56, top = 30, gap = 66, legend_line = 16;

struct Panel {
  double x0, y0;
  std::size_t categories;
  double x(std::size_t category) const {
    return x0 + panel_width * (static_cast<double>(category) + 0.5) / static_cast<double>(categories);
  }
  double y(double share) const { return y0 + panel_height * (1 - share); }
};

std::string axes(const Panel& panel, const std::string& title, const CategoryLines& chart) {
  auto svg = text_at(panel.x0 + panel_width / 2, panel.y0 - 10, Anchor::middle, title);
  for (int percent = 0; percent <= 100; percent += 20) {
    const double y = panel.y(percent / 100.0);
    svg += line(panel.x0, y, panel.x0 + panel_width, y, "#ccc");
    svg += text_at(panel.x0 - 6, y + 4, Anchor::end, std::to_string(percent));
  }
  svg += turned_text(panel.x0 - 36, panel.y0 + panel_height / 2, -90, Anchor::middle, chart.up);
  for (std::size_t i = 0; i < chart.categories.size(); ++i)
    svg += turned_text(panel.x(i) + 4, panel.y0 + panel_height + 14, -35, Anchor::end, chart.categories[i]);
  return svg +
         text_at(panel.x0 + panel_width / 2, panel.y0 + panel_height + 74, Anchor::middle, chart.across);
}

// The line of one series and its intervals, moved aside a little so that they do not cover each other.
std::string series_line(const Panel& panel, const CategoryPanel& data, const CategoryLines& chart,
                        std::size_t number) {
  const auto color = group_color(number);
  const double aside = 3.0 * static_cast<double>(number % 5);
  std::string points, marks;
  for (const auto& point : data.points) {
    if (point.series != chart.series[number]) continue;
    const auto category = std::find(chart.categories.begin(), chart.categories.end(), point.category) -
                          chart.categories.begin();
    const double x = panel.x(static_cast<std::size_t>(category)) + aside, y = panel.y(point.value);
    points += px(x) + "," + px(y) + " ";
    auto hover = fmt::format("{}, {}: {:.1f} %", point.category, point.series, 100 * point.value);
    if (point.interval) {
      hover += fmt::format(" [{:.1f}, {:.1f}]", 100 * point.interval->first, 100 * point.interval->second);
      marks += fmt::format("<path d=\"M{} {}V{}\" stroke=\"{}\"/>\n", px(x),
                           px(panel.y(point.interval->first)), px(panel.y(point.interval->second)), color);
    }
    marks += mark(fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"3\" fill=\"{}\"", px(x), px(y), color), hover);
  }
  return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n", points, color) + marks;
}

}  // namespace

std::string category_lines(const CategoryLines& chart, bool file) {
  const double width = left + static_cast<double>(chart.panels.size()) * (panel_width + gap);
  const double legend = top + panel_height + 96;
  const double height = legend + legend_line * static_cast<double>(chart.series.size());
  std::string svg;
  for (std::size_t m = 0; m < chart.panels.size(); ++m) {
    const Panel panel{left + static_cast<double>(m) * (panel_width + gap), top, chart.categories.size()};
    svg += axes(panel, chart.panels[m].title, chart);
    for (std::size_t s = 0; s < chart.series.size(); ++s)
      svg += series_line(panel, chart.panels[m], chart, s);
  }
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    const double y = legend + legend_line * static_cast<double>(s);
    svg += box(left, y - 6, 14, 4, group_color(s));
    svg += text_at(left + 20, y, Anchor::start, chart.series[s]);
  }
  return file ? drawing_file(width, height, svg, chart.label) : drawing(width, height, svg, chart.label);
}

}  // namespace cytoscale::chart
