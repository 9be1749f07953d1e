// Options of evaluate.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "cli/options.hpp"
#include "report/prediction_evaluation.hpp"
#include "report/profile_evaluation.hpp"

namespace cytoscale::settings {

struct EvaluateSettings {
  int threads = 0;
  std::filesystem::path output, metrics;
  report::ProfileEvaluation profiles;
  report::PredictionEvaluation predictions;  // in place of profiles, where wanted

  void declare(cli::OptionSet& options);
  void resolve();  // throws Error
  // The metrics, then the tables and figures beside them.
  cli::Paths written() const;
  // Evaluates, and writes on the crew's root; returns there what the terminal shows.
  std::string write(const nlohmann::json& provenance, Log& log, const mpi::Crew& crew) const;
  // What is read, by role, for provenance.
  std::map<std::string, std::filesystem::path> sources() const;

 private:
  void declare_files(cli::OptionSet& options);
  void declare_matching(cli::OptionSet& options);
  void declare_figures(cli::OptionSet& options);
  void declare_predictions(cli::OptionSet& options);
};

}  // namespace cytoscale::settings
