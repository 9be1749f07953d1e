// What evaluate does with predictions in place of profiles.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "core/log.hpp"
#include "evaluate/predictions_file.hpp"
#include "jobs/options.hpp"

namespace cytoscale {

struct PredictionScores {
  std::filesystem::path predictions;  // empty: profiles are evaluated
  PredictionOptions options;

  void declare(OptionSet& set);
  bool wanted() const { return !predictions.empty(); }
  // Beside the metrics.
  static std::vector<std::filesystem::path> tables(const std::filesystem::path& metrics);
  // Writes the metrics and tables, and prints them. Throws Error as read_predictions(). Collective: no.
  void write(const ColumnRoles& roles, const BootstrapOptions& bootstrap,
             const std::filesystem::path& metrics, const nlohmann::json& provenance, Log& log) const;
};

}  // namespace cytoscale
