#include "report/sweep_files.hpp"

#include <nlohmann/json.hpp>

#include "core/text/text.hpp"
#include "report/evaluation_files.hpp"

namespace cytoscale::report {

Table sweep_table(const std::vector<evaluate::SweepEntry>& entries) {
  Table table;
  table.columns = {"profiles", "layer", "normalize", "features"};
  for (const auto& metric : evaluate::all_sweep_metrics()) {
    for (const char* part : {"_correct", "_total", "_accuracy", "_low", "_high"})
      table.columns.push_back(metric.key + std::string(part));
  }
  table.columns.emplace_back("z_prime");
  for (const auto& entry : entries) {
    std::vector<std::string> row = {entry.profiles, entry.layer, entry.normalization,
                                    std::to_string(entry.evaluation.features)};
    for (const auto& metric : evaluate::all_sweep_metrics()) {
      const auto* score = metric.of(entry.evaluation);
      row.push_back(score ? std::to_string(score->correct) : "");
      row.push_back(score ? std::to_string(score->total) : "");
      row.push_back(score ? number_text(score->fraction()) : "");
      row.push_back(score && score->ci95 ? number_text(score->ci95->low) : "");
      row.push_back(score && score->ci95 ? number_text(score->ci95->high) : "");
    }
    row.push_back(entry.evaluation.z_prime ? number_text(entry.evaluation.z_prime->value) : "");
    table.rows.push_back(row);
  }
  return table;
}

nlohmann::json sweep_json(const std::vector<evaluate::SweepEntry>& entries) {
  auto list = nlohmann::json::array();
  for (const auto& entry : entries) {
    nlohmann::json item = {{"profiles", entry.profiles},
                           {"layer", entry.layer},
                           {"normalize", entry.normalization},
                           {"features", entry.evaluation.features}};
    for (const auto& metric : evaluate::all_sweep_metrics()) {
      if (const auto* score = metric.of(entry.evaluation)) item[metric.key] = score_json(*score);
    }
    if (entry.evaluation.z_prime) item["z_prime"] = entry.evaluation.z_prime->value;
    list.push_back(std::move(item));
  }
  return list;
}

}  // namespace cytoscale::report
