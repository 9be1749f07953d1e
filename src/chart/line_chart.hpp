// Lines over a common axis, with the numbers of both axes.
#pragma once
#include <string>
#include <vector>

namespace cytoscale::chart {

struct Line {
  std::string name;
  std::vector<double> x, y;  // as many; finite
};

struct LineChart {
  std::string label, across, up;  // what it shows; titles of the axes
  std::vector<Line> lines;
  double width = 500, height = 300;
};

// The legend stands right of the plot's top. "" where no line has a point.
std::string line_chart(const LineChart& chart);

}  // namespace cytoscale::chart
