#include "chart/axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chart/svg.hpp"

namespace cytoscale::chart {

std::vector<double> round_numbers(double low, double high, int most) {
  if (!(high > low)) return {low};
  const double power = std::pow(10, std::floor(std::log10((high - low) / most)));
  for (const double factor : {1.0, 2.0, 5.0, 10.0, 20.0, 50.0}) {
    const double step = factor * power;
    const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
    if (last - first + 1 > most) continue;
    std::vector<double> numbers;
    for (double i = first; i <= last; ++i) numbers.push_back(i == 0 ? 0 : i * step);
    if (!numbers.empty()) return numbers;
    break;
  }
  return {low};
}

std::string tick_text(double value, const std::vector<double>& ticks) {
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : std::abs(value);
  if (step > 0 && (step < 1e-4 || std::abs(value) >= 1e7)) return fmt::format("{:.3g}", value);
  const int digits = step > 0 ? std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9))) : 0;
  return fmt::format("{:.{}f}", value, digits);
}

Axis axis_around(const std::vector<double>& values, std::string title) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double room = *high > *low ? 0.04 * (*high - *low) : std::max(1e-3, 0.04 * std::abs(*low));
  return {*low - room, *high + room, std::move(title)};
}

double Frame::x(double value) const {
  return left + width * (value - across.low) / (across.high - across.low);
}

double Frame::y(double value) const {
  return top + height * (1 - (value - up.low) / (up.high - up.low));
}

namespace {

// So many that their texts stand apart.
std::vector<double> numbers_across(const Axis& axis, double width) {
  for (int most = 6; most > 2; --most) {
    const auto numbers = round_numbers(axis.low, axis.high, most);
    double texts = 0;
    for (const double value : numbers)
      texts += 7.0 * static_cast<double>(tick_text(value, numbers).size()) + 10;
    if (texts < width) return numbers;
  }
  return round_numbers(axis.low, axis.high, 2);
}

}  // namespace

std::string Frame::svg(bool numbers) const {
  std::string svg =
      fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#999\"/>\n",
                  px(left), px(top), px(width), px(height));
  if (numbers) {
    const auto rows = round_numbers(up.low, up.high), columns = numbers_across(across, width);
    for (const double value : rows) {
      svg += line(left, y(value), left + width, y(value), "#ddd");
      svg += text_at(left - 6, y(value) + 4, Anchor::end, tick_text(value, rows));
    }
    for (const double value : columns) {
      svg += line(x(value), top + height, x(value), top + height + 4, "#999");
      svg += text_at(x(value), top + height + 17, Anchor::middle, tick_text(value, columns));
    }
  }
  const double below = numbers ? 34 : 18, beside = numbers ? 44 : 10;
  if (!across.title.empty())
    svg += text_at(left + width / 2, top + height + below, Anchor::middle, across.title);
  if (!up.title.empty()) svg += turned_text(left - beside, top + height / 2, -90, Anchor::middle, up.title);
  return svg;
}

}  // namespace cytoscale::chart
