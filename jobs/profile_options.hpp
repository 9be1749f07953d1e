// Keys that reduce and evaluate share: one meaning in both.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "jobs/options.hpp"
#include "profile/aggregate.hpp"
#include "profile/normalize.hpp"

namespace cytoscale {

// --KEY METHOD, --within, --lambda. The key differs, since a run's profiles are normalised once, by reduce.
inline void declare_normalization(OptionSet& options, const std::string& key, NormalizeOptions& normalize) {
  options.group("Normalisation");
  options.add_choice(
      key, normalization_words(),
      "of well profiles against the control wells: standardize is (x-mean)/sd; mad_robustize is "
      "(x-median)/(1.4826 MAD); whiten "
      "is standardize and then whitening of the controls' covariance; tvn is whiten and then CORAL, which "
      "aligns the batches",
      [&normalize](const std::string& word) { normalize.method = parse_normalization(word); },
      [&normalize] { return normalization_name(normalize.method); });
  options.add_choice(
      "within", within_words(),
      "wells that are standardised together: all of them, or each plate's or batch's by themselves",
      [&normalize](const std::string& word) { normalize.within = parse_within(word); },
      [&normalize] { return within_name(normalize.within); });
  options.add("lambda", normalize.lambda, "regularisation of whitening and CORAL, added to the eigenvalues");
}

inline void declare_aggregate(OptionSet& options, const std::string& key, Aggregate& aggregate,
                              const std::string& help) {
  options.add_choice(
      key, {"mean", "median"}, help,
      [&aggregate](const std::string& word) { aggregate = parse_aggregate(word); },
      [&aggregate] { return aggregate_name(aggregate); });
}

// Options as provenance tells them: without the places of files.
inline nlohmann::json without_places(nlohmann::json options, const std::vector<std::string>& keys) {
  for (const auto& key : keys) options.erase(key);
  return options;
}

}  // namespace cytoscale
