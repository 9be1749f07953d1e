#include "report/sweep_figure.hpp"

#include <algorithm>

#include "chart/category_lines.hpp"

namespace cytoscale::report {
namespace {

void add_once(std::vector<std::string>& values, const std::string& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

}  // namespace

std::string sweep_svg(const std::vector<evaluate::SweepEntry>& entries) {
  chart::CategoryLines chart;
  chart.label = "accuracies by layer";
  chart.across = "layer", chart.up = "accuracy, %";
  for (const auto& metric : evaluate::sweep_metrics(entries)) chart.panels.push_back({metric.title, {}});
  for (const auto& entry : entries) {
    const auto series = entry.profiles + ", " + entry.normalization;
    add_once(chart.categories, entry.layer);
    add_once(chart.series, series);
    std::size_t panel = 0;
    for (const auto& metric : evaluate::sweep_metrics(entries)) {
      auto& points = chart.panels[panel++].points;
      const auto* score = metric.of(entry.evaluation);
      if (!score) continue;
      points.push_back({series, entry.layer, score->fraction(), {}});
      if (score->ci95) points.back().interval = {score->ci95->low, score->ci95->high};
    }
  }
  return chart::category_lines(chart, true);
}

}  // namespace cytoscale::report
