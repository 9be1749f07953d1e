// Two axes around a plot: what their numbers are, and where a value lies in px.
#pragma once
#include <string>
#include <vector>

namespace cytoscale::chart {

// Round numbers (1, 2 or 5 times a power of ten) in [low, high], no more than `most`; `low` alone where the
// two are equal.
std::vector<double> round_numbers(double low, double high, int most = 6);
// With as many digits as tell neighbors apart.
std::string tick_text(double value, const std::vector<double>& ticks);

struct Axis {
  double low = 0, high = 1;
  std::string title;  // with its unit
};
// Of values that are not empty: a little more than they span.
Axis axis_around(const std::vector<double>& values, std::string title);

struct Frame {
  double left, top, width, height;  // px, of the plot itself
  Axis across, up;
  double x(double value) const;
  double y(double value) const;
  // Grid lines, numbers and titles; `numbers` false: axes without units or meaning of their own.
  std::string svg(bool numbers = true) const;
};

}  // namespace cytoscale::chart
