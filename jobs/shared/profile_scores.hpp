// What evaluate does with profiles: matches them, beside baselines, and layer by layer.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/options.hpp"
#include "core/log.hpp"
#include "evaluate/evaluation.hpp"
#include "evaluate/sweep.hpp"

namespace cytoscale::jobs {

using NamedEvaluation = std::pair<std::string, evaluate::Evaluation>;

// Rows of the table that need no network, from well profiles before normalization.
struct Baselines {
  std::vector<std::string> transforms;
  std::string profiles;
  profile::Normalization normalization = profile::Normalization::none;
};

struct Sweep {
  bool wanted = false;
  std::vector<std::string> profiles, normalizations = {"none", "tvn"};
};

struct ProfileScores {
  std::vector<std::string> profiles, names;  // as many names
  std::filesystem::path matches;
  evaluate::EvaluateOptions evaluate;
  Baselines baselines;
  Sweep sweep;

  void declare(cli::OptionSet& options);
  void declare_figures(cli::OptionSet& options);
  void resolve(const std::filesystem::path& output, const std::filesystem::path& metrics);  // throws Error
  // What is read: the profiles, and for sweep and baselines the wells before normalization.
  std::vector<std::filesystem::path> files() const;
  std::vector<std::filesystem::path> tables(const std::filesystem::path& metrics) const;
  // Writes the metrics and tables, and prints them. Throws Error as evaluate_profiles(). Collective: no.
  void write(const std::filesystem::path& metrics, const nlohmann::json& provenance, Log& log) const;

 private:
  evaluate::Evaluation evaluate_file(const std::string& path, const std::string& name,
                                     const evaluate::EvaluateOptions& options, Log& log) const;
  void add_baselines(std::vector<NamedEvaluation>& evaluations, Log& log) const;
  std::vector<evaluate::SweepEntry> sweep_layers_of_all() const;
  void write_metrics(const std::vector<NamedEvaluation>& evaluations,
                     const std::vector<evaluate::SweepEntry>& entries, const std::filesystem::path& metrics,
                     const nlohmann::json& provenance) const;
  void print(const std::vector<NamedEvaluation>& evaluations,
             const std::vector<evaluate::SweepEntry>& entries) const;
};

}  // namespace cytoscale::jobs
