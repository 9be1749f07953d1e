#include "report/prediction_evaluation.hpp"

#include <nlohmann/json.hpp>

#include "core/system/files.hpp"
#include "report/classification_report.hpp"

namespace cytoscale::report {

std::vector<std::filesystem::path> PredictionEvaluation::tables(const std::filesystem::path& metrics) {
  return {metrics.parent_path() / "per_label.csv", metrics.parent_path() / "predicted.csv"};
}

std::string PredictionEvaluation::write(const screen::ColumnRoles& roles,
                                        const evaluate::BootstrapOptions& bootstrap,
                                        const std::filesystem::path& metrics,
                                        const nlohmann::json& provenance, Log& log) const {
  const auto where = predictions.string();
  const auto file = evaluate::read_predictions(predictions, roles, options);
  for (const auto& note : file.notes) log.info(where + ": " + note);
  std::vector<evaluate::Classification> levels;
  Table predicted;
  const auto add = [&](const evaluate::Predictions& rows, const std::string& level) {
    levels.push_back(evaluate::classify(rows, level, bootstrap));
    add_predicted(predicted, rows, levels.back());
  };
  add(file.predictions, file.level);
  const auto wells = evaluate::median_predictions(file.predictions, file.wells, where);
  if (wells.size() < file.predictions.size()) add(wells, "well");
  const auto treatments = evaluate::median_predictions(wells, wells.unit, where);
  if (treatments.size() < wells.size()) add(treatments, "treatment");
  const auto files = tables(metrics);
  write_csv(files[0], label_table(levels));
  write_csv(files[1], predicted);
  const nlohmann::json json = {
      {"classification", classification_json(levels)}, {"notes", file.notes}, {"provenance", provenance}};
  write_file_atomically(metrics, json.dump(2) + "\n");
  return classification_text(levels);
}

}  // namespace cytoscale::report
