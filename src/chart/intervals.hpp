// Figures between 0 and 1 with their intervals, a row each: a forest plot.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cytoscale::chart {

struct IntervalRow {
  std::string name, series;  // rows of one series have one color
  double value;
  std::optional<std::pair<double, double>> interval;
  std::string hover;
};

struct IntervalChart {
  std::string label, across;  // what it shows; title of the axis
  std::vector<IntervalRow> rows;
  double width = 560;
};

// Rows that follow one another with one name share its place. The legend stands below where there are several
// series.
std::string interval_chart(const IntervalChart& chart);

}  // namespace cytoscale::chart
