#include "report/sweep_figure.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cytoscale::report {
namespace {

constexpr double panel_width = 420, panel_height = 260, left = 46, top = 30, gap = 66, legend_line = 16;
// Okabe & Ito's colors, told apart by nearly everyone.
constexpr const char* colors[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                  "#e69f00", "#56b4e9", "#000000"};

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else {
      result += c;
    }
  }
  return result;
}

template <typename Key>
std::vector<std::string> distinct(const std::vector<evaluate::SweepEntry>& entries, const Key& key) {
  std::vector<std::string> values;
  for (const auto& entry : entries) {
    if (std::find(values.begin(), values.end(), key(entry)) == values.end()) values.push_back(key(entry));
  }
  return values;
}

std::string series_of(const evaluate::SweepEntry& entry) {
  return entry.profiles + ", " + entry.normalization;
}

std::string text_at(double x, double y, const std::string& anchor, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     escaped(text));
}

struct Panel {
  double x0, y0;
  std::size_t layers;
  double x(std::size_t layer) const {
    return x0 + panel_width * (static_cast<double>(layer) + 0.5) / static_cast<double>(layers);
  }
  double y(double share) const { return y0 + panel_height * (1 - share); }
};

std::string axes(const Panel& panel, const std::string& title, const std::vector<std::string>& layers) {
  std::string svg = text_at(panel.x0 + panel_width / 2, panel.y0 - 10, "middle", title + " (%)");
  for (int percent = 0; percent <= 100; percent += 20) {
    const double y = panel.y(percent / 100.0);
    svg += fmt::format("<path d=\"M{:.1f} {:.1f}h{:.1f}\" stroke=\"#ccc\"/>\n", panel.x0, y, panel_width);
    svg += text_at(panel.x0 - 6, y + 4, "end", std::to_string(percent));
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    svg += fmt::format(
        "<text transform=\"translate({:.1f} {:.1f}) rotate(-35)\" text-anchor=\"end\">{}</text>\n",
        panel.x(i) + 4, panel.y0 + panel_height + 14, escaped(layers[i]));
  }
  return svg;
}

// The line of one series and its intervals, moved aside a little so that they do not cover each other.
std::string line(const Panel& panel, const std::vector<evaluate::SweepEntry>& entries,
                 const evaluate::SweepMetric& metric, const std::vector<std::string>& layers,
                 const std::string& series, std::size_t number) {
  const std::string color = colors[number % std::size(colors)];
  const double aside = 3.0 * static_cast<double>(number % 5);
  std::string points, marks;
  for (const auto& entry : entries) {
    const auto* score = metric.of(entry.evaluation);
    if (series_of(entry) != series || !score) continue;
    const auto layer = std::find(layers.begin(), layers.end(), entry.layer) - layers.begin();
    const double x = panel.x(static_cast<std::size_t>(layer)) + aside, y = panel.y(score->fraction());
    points += fmt::format("{:.1f},{:.1f} ", x, y);
    marks += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", x, y, color);
    if (score->ci95)
      marks += fmt::format("<path d=\"M{:.1f} {:.1f}V{:.1f}\" stroke=\"{}\"/>\n", x,
                           panel.y(score->ci95->low), panel.y(score->ci95->high), color);
  }
  return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n", points, color) + marks;
}

}  // namespace

std::string sweep_svg(const std::vector<evaluate::SweepEntry>& entries) {
  const auto layers = distinct(entries, [](const auto& entry) { return entry.layer; });
  const auto series = distinct(entries, series_of);
  const auto metrics = evaluate::sweep_metrics(entries);
  const double width = left + static_cast<double>(metrics.size()) * (panel_width + gap);
  const double legend = top + panel_height + 80;
  const double height = legend + legend_line * static_cast<double>(series.size());
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
      "{1:.0f}\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
      width, height);
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    const Panel panel{left + static_cast<double>(m) * (panel_width + gap), top, layers.size()};
    svg += axes(panel, metrics[m].title, layers);
    for (std::size_t s = 0; s < series.size(); ++s)
      svg += line(panel, entries, metrics[m], layers, series[s], s);
  }
  for (std::size_t s = 0; s < series.size(); ++s) {
    const double y = legend + legend_line * static_cast<double>(s);
    svg += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"14\" height=\"4\" fill=\"{}\"/>\n", left,
                       y - 6, colors[s % std::size(colors)]);
    svg += text_at(left + 20, y, "start", series[s]);
  }
  return svg + "</svg>\n";
}

}  // namespace cytoscale::report
