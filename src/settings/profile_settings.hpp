// Options of reduce, and those that evaluate shares with it: one meaning in both.
#pragma once
#include <filesystem>
#include <string>

#include "cli/options.hpp"
#include "profile/reduce_profiles.hpp"

namespace cytoscale::settings {

// Keys of what is done to the profiles start with `prefix`, "reduce-" or "": a run's profiles are normalized
// once, by reduce, and evaluate's own keys are for profiles of other tools. Keys of how it is done are the
// same.
void declare_normalization(cli::OptionSet& options, const std::string& prefix,
                           profile::NormalizeOptions& normalize);
// --PREFIXselect-features, --PREFIXtransform and their cuts.
void declare_features(cli::OptionSet& options, const std::string& prefix,
                      profile::NormalizeOptions& normalize);
void declare_trim(cli::OptionSet& options, double& trim);

struct ReduceSettings {
  std::filesystem::path output;
  profile::ReduceFiles files;
  profile::ReduceOptions reduce;

  void declare(cli::OptionSet& options);
  void resolve();  // throws Error

 private:
  void declare_files(cli::OptionSet& options);
};

}  // namespace cytoscale::settings
