// What evaluate does with predictions in place of profiles.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "cli/options.hpp"
#include "core/log.hpp"
#include "evaluate/classification/predictions_file.hpp"

namespace cytoscale::jobs {

struct PredictionScores {
  std::filesystem::path predictions;  // empty: profiles are evaluated
  evaluate::PredictionOptions options;

  void declare(cli::OptionSet& set);
  bool wanted() const { return !predictions.empty(); }
  // Beside the metrics.
  static std::vector<std::filesystem::path> tables(const std::filesystem::path& metrics);
  // Writes the metrics and tables, and prints them. Throws Error as read_predictions(). Collective: no.
  void write(const screen::ColumnRoles& roles, const evaluate::BootstrapOptions& bootstrap,
             const std::filesystem::path& metrics, const nlohmann::json& provenance, Log& log) const;
};

}  // namespace cytoscale::jobs
