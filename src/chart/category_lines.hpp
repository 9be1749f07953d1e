// Panels side by side, each with a share between 0 and 1 for each category, a line per series with intervals:
// a sweep over layers (as Fig. 7 of Caicedo et al. 2018).
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cytoscale::chart {

struct CategoryPoint {
  std::string series, category;
  double value;
  std::optional<std::pair<double, double>> interval;
};

struct CategoryPanel {
  std::string title;
  std::vector<CategoryPoint> points;
};

struct CategoryLines {
  std::string label;
  std::string across, up;                       // titles of the axes, that of the shares in %
  std::vector<std::string> categories, series;  // in the order in which they stand
  std::vector<CategoryPanel> panels;
};

// `file`: as a file of its own, else as a part of a page.
std::string category_lines(const CategoryLines& chart, bool file);

}  // namespace cytoscale::chart
