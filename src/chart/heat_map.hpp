// A grid of numbers as colors: plates, confusion.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "chart/palette.hpp"

namespace cytoscale::chart {

struct HeatMap {
  std::string label;                          // what it shows
  std::vector<std::string> rows, columns;     // names beside and above
  std::vector<std::optional<double>> values;  // [rows][columns]; nothing: there is none
  std::vector<std::string> hovers;            // as many; "" for nothing
  std::vector<std::string> texts;             // as many, written into the cells; empty: none
  double low = 0, high = 1;                   // of the colors
  Scale scale = Scale::sequential;
  double cell = 14;     // side, px
  bool turned = false;  // names of columns are long: they stand at an angle
  std::string row_title, column_title;
};
std::string heat_map(const HeatMap& map);

// The colors from low to high, with what they stand for.
std::string color_bar(double low, double high, Scale scale, const std::string& title);

}  // namespace cytoscale::chart
