#include "jobs/shared/prediction_scores.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "core/log.hpp"
#include "core/system/files.hpp"
#include "report/classification_report.hpp"

namespace cytoscale::jobs {

void PredictionScores::declare(cli::OptionSet& set) {
  set.group("Predictions");
  set.add("predictions", predictions,
          "evaluate these in place of profiles: the predictions.h5ad of predict; the truth is what the "
          "--treatment columns say, as in training");
  set.add("several-labels", options.several_labels,
          "a picture may have several labels: a|b is a and b, each answered by itself");
  set.add("replicates-of", options.replicates_of,
          "columns of what is predicted as a whole: wells that share them are replicates, and the median of "
          "their predictions counts (default: those of --treatment)");
  set.add("test-select", options.select, "only fields with COLUMN=VALUE (comma: all must hold)")
      .value("COL=VAL");
}

std::vector<std::filesystem::path> PredictionScores::tables(const std::filesystem::path& metrics) {
  return {metrics.parent_path() / "per_label.csv", metrics.parent_path() / "predicted.csv"};
}

void PredictionScores::write(const screen::ColumnRoles& roles, const evaluate::BootstrapOptions& bootstrap,
                             const std::filesystem::path& metrics, const nlohmann::json& provenance,
                             Log& log) const {
  const auto where = predictions.string();
  const auto file = evaluate::read_predictions(predictions, roles, options);
  for (const auto& note : file.notes) log.info(where + ": " + note);
  std::vector<evaluate::Classification> levels;
  Table predicted;
  const auto add = [&](const evaluate::Predictions& rows, const std::string& level) {
    levels.push_back(evaluate::classify(rows, level, bootstrap));
    report::add_predicted(predicted, rows, levels.back());
  };
  add(file.predictions, file.level);
  const auto wells = evaluate::median_predictions(file.predictions, file.wells, where);
  if (wells.size() < file.predictions.size()) add(wells, "well");
  const auto treatments = evaluate::median_predictions(wells, wells.unit, where);
  if (treatments.size() < wells.size()) add(treatments, "treatment");
  const auto files = tables(metrics);
  write_csv(files[0], report::label_table(levels));
  write_csv(files[1], predicted);
  nlohmann::json json = {{"classification", report::classification_json(levels)},
                         {"notes", file.notes},
                         {"provenance", provenance}};
  write_file_atomically(metrics, json.dump(2) + "\n");
  std::cout << report::classification_text(levels) << std::flush;
}

}  // namespace cytoscale::jobs
