// A classification as files and for people (docs/file-format.md). Equal figures give equal bytes.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/table/csv.hpp"
#include "evaluate/classification/classification.hpp"

namespace cytoscale::report {

// {LEVEL: {"accuracy": score, "mean_class_accuracy", "mean_precision", "map", "per_label": {LABEL: {"n",
// "predicted", "correct", "precision", "recall", "average_precision"}}, "confusion": {"classes", "counts"}}}
nlohmann::json classification_json(const std::vector<evaluate::Classification>& levels);
// A row per level and label: level, label, n, predicted, correct, precision, recall, average_precision.
Table label_table(const std::vector<evaluate::Classification>& levels);
// A row per row of the predictions: level, name, truth, predicted, correct, then each label's probability.
void add_predicted(Table& table, const evaluate::Predictions& predictions,
                   const evaluate::Classification& figures);
// One row per level; then the confusion of the last level, where a picture has one label.
std::string classification_text(const std::vector<evaluate::Classification>& levels);

}  // namespace cytoscale::report
