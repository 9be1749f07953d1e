// Predictions evaluated, from a file to files and a text for the terminal. Collective: no.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "evaluate/classification/predictions_file.hpp"

namespace cytoscale::report {

struct PredictionEvaluation {
  std::filesystem::path predictions;  // as `predict` writes them; empty: there are none to evaluate
  evaluate::PredictionOptions options;

  bool wanted() const { return !predictions.empty(); }
  // What is written beside the metrics.
  static std::vector<std::filesystem::path> tables(const std::filesystem::path& metrics);
  // Of fields (or cells), of wells and of what are replicates. Writes the metrics and tables; returns what
  // the terminal shows. Throws Error as read_predictions().
  std::string write(const screen::ColumnRoles& roles, const evaluate::BootstrapOptions& bootstrap,
                    const std::filesystem::path& metrics, const nlohmann::json& provenance, Log& log) const;
};

}  // namespace cytoscale::report
