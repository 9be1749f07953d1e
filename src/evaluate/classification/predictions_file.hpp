// Predictions of a network, as `predict` writes them, with the truth that the screen's metadata tell.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "evaluate/classification/classification.hpp"
#include "screen/column_roles.hpp"

namespace cytoscale::evaluate {

struct PredictionOptions {
  std::string select;                      // COLUMN=VALUE[,…]: only fields where all hold; empty: all
  std::vector<std::string> replicates_of;  // columns that replicates share; empty: the treatment columns
  bool several_labels = false;             // "a|b" is a and b
};

struct PredictionRows {
  Predictions predictions;         // a row per field, or cell
  std::string level;               // "field", "cell"
  std::vector<std::string> wells;  // of each row, as "plate well"
  std::vector<std::string> notes;  // what was left out, and why
};

// The truth of a field is its treatment label (ColumnRoles::treatment, as in training). Left out, with a
// note: fields that could not be read, and those whose label the network does not know. Throws Error: not a
// file of predictions, a column is missing, nothing is left.
PredictionRows read_predictions(const std::filesystem::path& path, const screen::ColumnRoles& roles,
                                const PredictionOptions& options);

}  // namespace cytoscale::evaluate
