// The sweep over layers, from metrics.json.
#include <fmt/format.h>

#include <algorithm>

#include "chart/category_lines.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"

namespace cytoscale::page {
namespace {

using nlohmann::json;

constexpr std::pair<const char*, const char*> accuracies[] = {{"nsc", "NSC"},
                                                              {"nscb_disjoint", "NSCB disjoint"},
                                                              {"nscb_joined", "NSCB joined"},
                                                              {"replicate_accuracy", "replicates"},
                                                              {"gene_accuracy", "compound or gene"}};

void add_once(std::vector<std::string>& values, const std::string& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

}  // namespace

std::string sweep_section(const Results& results, const PageOptions&) try {
  const auto& all = results.metrics.get();
  const auto sweep = all.find("sweep");
  if (sweep == all.end() || sweep->empty())
    throw Error("no sweep over layers was asked for", "", "evaluate --sweep makes one");
  chart::CategoryLines chart;
  chart.label = "accuracies by layer", chart.across = "layer", chart.up = "accuracy, %";
  std::vector<std::vector<std::string>> rows;
  for (const auto& [key, title] : accuracies) {
    chart::CategoryPanel panel{title, {}};
    for (std::size_t i = 0; i < sweep->size(); ++i) {
      const auto& entry = (*sweep)[i];
      const auto layer = entry.at("layer").get<std::string>(),
                 series = entry.at("profiles").get<std::string>() + ", " +
                          entry.at("normalize").get<std::string>();
      add_once(chart.categories, layer), add_once(chart.series, series);
      if (!entry.contains(key)) continue;
      const auto& score = entry.at(key);
      panel.points.push_back({series, layer, score.at("accuracy").get<double>(), {}});
      if (score.contains("ci95"))
        panel.points.back().interval = {score["ci95"][0].get<double>(), score["ci95"][1].get<double>()};
      const auto pointer = "/sweep/" + std::to_string(i) + "/" + key;
      rows.push_back({title, escaped(layer), escaped(series),
                      figure_of(pointer + "/accuracy", score.at("accuracy").get<double>(),
                                fmt::format("{:.1f} %", 100 * score.at("accuracy").get<double>())),
                      figure_of(pointer + "/correct", score.at("correct").get<double>(),
                                std::to_string(score.at("correct").get<std::uint64_t>())) +
                          " of " +
                          figure_of(pointer + "/total", score.at("total").get<double>(),
                                    std::to_string(score.at("total").get<std::uint64_t>()))});
    }
    if (!panel.points.empty()) chart.panels.push_back(std::move(panel));
  }
  if (chart.panels.empty()) throw Error("the sweep has no accuracies");
  return figure(chart::category_lines(chart, false),
                "Each layer's features evaluated by themselves; lines: 95 % intervals.") +
         folded("As a table",
                table({"score", "layer", "profiles, normalization", "accuracy", "right"}, rows));
} catch (const json::exception&) {
  throw Error("this is not as evaluate writes it", results.metrics_file.string(), "Run evaluate again");
}

}  // namespace cytoscale::page
