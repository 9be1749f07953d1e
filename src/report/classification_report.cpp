#include "report/classification_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text/text.hpp"
#include "report/evaluation_files.hpp"
#include "report/text_table.hpp"

namespace cytoscale::report {
namespace {

nlohmann::json label_json(const evaluate::LabelFigures& label) {
  nlohmann::json json = {{"n", label.positives},
                         {"predicted", label.predicted},
                         {"correct", label.correct},
                         {"precision", label.precision()},
                         {"recall", label.recall()}};
  if (label.average_precision) json["average_precision"] = *label.average_precision;
  return json;
}

std::string names_of(const std::vector<std::size_t>& labels, const evaluate::Predictions& predictions) {
  std::vector<std::string> names;
  for (const auto label : labels) names.push_back(predictions.labels[label]);
  return join(names, "|");
}

std::string percent(double fraction) {
  return fmt::format("{:.2f} %", 100 * fraction);
}

}  // namespace

nlohmann::json classification_json(const std::vector<evaluate::Classification>& levels) {
  auto json = nlohmann::json::object();
  for (const auto& level : levels) {
    auto& entry = json[level.level];
    entry = {{"accuracy", score_json(level.accuracy)},
             {"mean_class_accuracy", level.mean_class_accuracy},
             {"mean_precision", level.mean_precision}};
    if (level.mean_ap) entry["map"] = *level.mean_ap;
    for (const auto& label : level.labels) entry["per_label"][label.label] = label_json(label);
    if (level.confusion.classes.empty()) continue;
    auto counts = level.confusion.counts;
    for (auto& row : counts) row.pop_back();
    entry["confusion"] = {{"classes", level.confusion.classes}, {"counts", counts}};
  }
  return json;
}

Table label_table(const std::vector<evaluate::Classification>& levels) {
  Table table{{"level", "label", "n", "predicted", "correct", "precision", "recall", "average_precision"},
              {}};
  for (const auto& level : levels)
    for (const auto& label : level.labels)
      table.rows.push_back({level.level, label.label, std::to_string(label.positives),
                            std::to_string(label.predicted), std::to_string(label.correct),
                            number_text(label.precision()), number_text(label.recall()),
                            label.average_precision ? number_text(*label.average_precision) : ""});
  return table;
}

void add_predicted(Table& table, const evaluate::Predictions& predictions,
                   const evaluate::Classification& figures) {
  if (table.columns.empty()) {
    table.columns = {"level", "name", "truth", "predicted", "correct"};
    table.columns.insert(table.columns.end(), predictions.labels.begin(), predictions.labels.end());
  }
  for (std::size_t row = 0; row < predictions.size(); ++row) {
    const auto& predicted = figures.predicted[row];
    std::vector<std::string> cells = {
        figures.level, predictions.name[row], names_of(predictions.truth[row], predictions),
        names_of(predicted, predictions), predicted == predictions.truth[row] ? "1" : "0"};
    for (std::size_t k = 0; k < predictions.labels.size(); ++k)
      cells.push_back(number_text(static_cast<float>(
          predictions.probabilities(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(k)))));
    table.rows.push_back(cells);
  }
}

std::string classification_text(const std::vector<evaluate::Classification>& levels) {
  std::vector<std::vector<std::string>> rows = {
      {"level", "accuracy", "mean class accuracy", "mean precision", "mAP"}};
  for (const auto& level : levels)
    rows.push_back({level.level, text_of(level.accuracy), percent(level.mean_class_accuracy),
                    percent(level.mean_precision),
                    level.mean_ap ? fmt::format("{:.4f}", *level.mean_ap) : std::string(absent)});
  auto page = aligned(rows);
  std::vector<std::vector<std::string>> labels = {{"level", "label", "n", "precision", "recall", "AP"}};
  for (const auto& label : levels.back().labels)
    labels.push_back(
        {levels.back().level, label.label, std::to_string(label.positives), percent(label.precision()),
         percent(label.recall()),
         label.average_precision ? fmt::format("{:.4f}", *label.average_precision) : std::string(absent)});
  page += "\n" + aligned(labels, 2);
  if (!levels.back().confusion.classes.empty())
    page += "\n" + confusion_grid(levels.back().confusion, levels.back().level,
                                  "rows are the true label, columns the predicted one");
  return page;
}

}  // namespace cytoscale::report
