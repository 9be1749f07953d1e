// Profiles evaluated, from files to files and a text for the terminal: matched, beside baselines, and layer
// by layer. Collective: where a crew is given.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/log.hpp"
#include "evaluate/evaluation.hpp"
#include "evaluate/sweep.hpp"

namespace cytoscale::report {

using NamedEvaluation = std::pair<std::string, evaluate::Evaluation>;

// Rows of the table that need no network, from well profiles before normalization.
struct Baselines {
  std::vector<std::string> transforms;
  std::string profiles;  // empty: those of the last profiles
  profile::Normalization normalization = profile::Normalization::none;
};

struct Sweep {
  bool wanted = false;
  std::vector<std::string> profiles, normalizations = {"none", "tvn"};
};

struct ProfileEvaluation {
  std::vector<std::string> profiles, names;  // as many names
  std::filesystem::path matches;             // written
  evaluate::EvaluateOptions evaluate;
  Baselines baselines;
  Sweep sweep;

  // Usual places and names for what is not given. Throws Error: words that do not fit, too few names.
  void resolve(const std::filesystem::path& output, const std::filesystem::path& metrics);
  // Throws Error: columns that the screen does not have, or that do not make treatments of compounds.
  void check(const screen::Screen& screen) const;
  // What is read: the profiles, and for sweep and baselines the wells before normalization.
  std::vector<std::filesystem::path> files() const;
  // What is written beside the metrics.
  std::vector<std::filesystem::path> tables(const std::filesystem::path& metrics) const;
  // On the crew's root writes the metrics and tables, and returns what the terminal shows. Throws Error as
  // evaluate_profiles().
  std::string write(const std::filesystem::path& metrics, const nlohmann::json& provenance, Log& log,
                    const mpi::Crew& crew = mpi::Crew()) const;
};

// reduce leaves profiles.h5ad, which is normalized, beside wells.h5ad, which is not: the latter where it is
// there, of a path that ends in the former; else the path itself.
std::string before_normalization(const std::string& profiles);

}  // namespace cytoscale::report
