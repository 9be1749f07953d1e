#include "chart/histogram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chart/axes.hpp"
#include "chart/palette.hpp"
#include "chart/svg.hpp"
#include "core/statistics.hpp"
#include "core/text/text.hpp"

namespace cytoscale::chart {
namespace {

constexpr double left = 62, right = 14, bottom = 44, line_height = 14;
constexpr const char* threshold_color = "#d55e00";

struct Range {
  double low, high;
};

// All values, or where some lie very far out those between the first and the last percentile, and as far
// again on either side.
Range range_of(const Histogram& chart) {
  const auto [least, most] = std::minmax_element(chart.values.begin(), chart.values.end());
  const double low = percentile(chart.values, 0.01), high = percentile(chart.values, 0.99), room = high - low;
  Range range{std::max(*least, low - room), std::min(*most, high + room)};
  for (const auto& threshold : chart.thresholds)
    range = {std::min(range.low, threshold.value), std::max(range.high, threshold.value)};
  if (!(range.high > range.low)) {
    const double half = range.low != 0 ? 0.5 * std::abs(range.low) : 0.5;
    return {range.low - half, range.low + half};
  }
  return range;
}

std::string bars(const Frame& frame, const Range& range, const Histogram& chart,
                 const std::vector<std::size_t>& counts) {
  const auto [least, most] = std::minmax_element(chart.values.begin(), chart.values.end());
  const double step = (range.high - range.low) / static_cast<double>(counts.size());
  std::string svg;
  for (std::size_t b = 0; b < counts.size(); ++b) {
    if (counts[b] == 0) continue;
    const double from = range.low + step * static_cast<double>(b), to = from + step;
    const bool beyond = (b == 0 && *least < range.low) || (b + 1 == counts.size() && *most > range.high);
    const double x = frame.x(from),
                 height = std::max(1.0, frame.top + frame.height - frame.y(double(counts[b])));
    svg += box(x, frame.top + frame.height - height, std::max(0.6, frame.x(to) - x - 0.6), height,
               group_color(0),
               fmt::format("{:.4g} to {:.4g}{}: {} {}", from, to, beyond ? " and beyond" : "",
                           count_text(counts[b]), chart.up));
  }
  return svg;
}

// Dashed lines; each name on a line of its own above the plot, so that none covers another.
std::string thresholds(const Frame& frame, const Histogram& chart) {
  std::string svg;
  double y = 12;
  for (const auto& [value, text] : chart.thresholds) {
    const double x = frame.x(value), from = text.empty() ? frame.top : y + 3;
    svg += mark(fmt::format("<path d=\"M{0} {1}V{2}\" stroke=\"{3}\" stroke-width=\"1.5\" "
                            "stroke-dasharray=\"5 3\" fill=\"none\"",
                            px(x), px(from), px(frame.top + frame.height), threshold_color),
                text);
    if (text.empty()) continue;
    const bool at_right = x > frame.left + frame.width / 2;
    svg += text_at(x + (at_right ? -4 : 4), y, at_right ? Anchor::end : Anchor::start, text,
                   fmt::format("fill=\"{}\"", threshold_color));
    y += line_height;
  }
  return svg;
}

}  // namespace

std::string histogram(const Histogram& chart) {
  if (chart.values.empty() || chart.bins == 0) return {};
  const auto range = range_of(chart);
  std::vector<std::size_t> counts(chart.bins);
  for (const double value : chart.values) {
    const double at = (value - range.low) / (range.high - range.low) * static_cast<double>(chart.bins);
    ++counts[static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(chart.bins) - 0.5))];
  }
  const double highest = static_cast<double>(*std::max_element(counts.begin(), counts.end()));
  const auto named = std::count_if(chart.thresholds.begin(), chart.thresholds.end(),
                                   [](const Threshold& threshold) { return !threshold.text.empty(); });
  const double top = 10 + line_height * static_cast<double>(named);
  const Frame frame{left,
                    top,
                    chart.width - left - right,
                    chart.height - top - bottom,
                    {range.low, range.high, chart.across},
                    {0, 1.04 * highest, chart.up}};
  return drawing(chart.width, chart.height,
                 frame.svg() + bars(frame, range, chart, counts) + thresholds(frame, chart), chart.label);
}

}  // namespace cytoscale::chart
