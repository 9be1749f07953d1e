// How often values occur, with thresholds across.
#pragma once
#include <string>
#include <vector>

namespace cytoscale::chart {

struct Threshold {
  double value;
  std::string text;  // empty: a line without a name
};

struct Histogram {
  std::string label, across, up;  // what it shows; titles of the axes; `up` is also what bars count
  std::vector<double> values;     // finite
  std::vector<Threshold> thresholds;
  double width = 340, height = 230;
  std::size_t bins = 40;
};

// Bars from the lowest to the highest value, thresholds included; where a few values lie very far out, the
// outermost bars hold them, and say so. "" where there are no values.
std::string histogram(const Histogram& chart);

}  // namespace cytoscale::chart
