#include "jobs/prediction_scores.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "core/files.hpp"
#include "core/log.hpp"
#include "evaluate/classification_report.hpp"

namespace cytoscale {

void PredictionScores::declare(OptionSet& set) {
  set.group("Predictions");
  set.add("predictions", predictions,
          "evaluate these in place of profiles: the predictions.h5ad of predict; the truth is what the "
          "--treatment columns say, as in training");
  set.add("several-labels", options.several_labels,
          "a picture may have several labels: a|b is a and b, each answered by itself");
  set.add("replicates-of", options.replicates_of,
          "columns of what is predicted as a whole: wells that share them are replicates, and the median of "
          "their predictions counts (default: those of --treatment)");
  set.add("test-select", options.select, "only fields with COLUMN=VALUE (comma: all must hold)", "COL=VAL");
}

std::vector<std::filesystem::path> PredictionScores::tables(const std::filesystem::path& metrics) {
  return {metrics.parent_path() / "per_label.csv", metrics.parent_path() / "predicted.csv"};
}

void PredictionScores::write(const ColumnRoles& roles, const BootstrapOptions& bootstrap,
                             const std::filesystem::path& metrics, const nlohmann::json& provenance,
                             Log& log) const {
  const auto where = predictions.string();
  const auto file = read_predictions(predictions, roles, options);
  for (const auto& note : file.notes) log.info(where + ": " + note);
  std::vector<Classification> levels;
  Table predicted;
  const auto add = [&](const Predictions& rows, const std::string& level) {
    levels.push_back(classify(rows, level, bootstrap));
    add_predicted(predicted, rows, levels.back());
  };
  add(file.predictions, file.level);
  const auto wells = median_predictions(file.predictions, file.wells, where);
  if (wells.size() < file.predictions.size()) add(wells, "well");
  const auto treatments = median_predictions(wells, wells.unit, where);
  if (treatments.size() < wells.size()) add(treatments, "treatment");
  const auto files = tables(metrics);
  write_csv(files[0], label_table(levels));
  write_csv(files[1], predicted);
  nlohmann::json json = {
      {"classification", classification_json(levels)}, {"notes", file.notes}, {"provenance", provenance}};
  write_file_atomically(metrics, json.dump(2) + "\n");
  std::cout << classification_text(levels) << std::flush;
}

}  // namespace cytoscale
