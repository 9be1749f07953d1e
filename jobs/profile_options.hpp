// Keys that reduce and evaluate share: one meaning in both.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "cli/options.hpp"
#include "core/text/text.hpp"
#include "profile/aggregate.hpp"
#include "profile/normalize.hpp"

namespace cytoscale::jobs {

// Keys of what is done to the profiles start with `prefix`, "reduce-" or "": a run's profiles are normalized
// once, by reduce, and evaluate's own keys are for profiles of other tools. Keys of how it is done are the
// same.
inline void declare_normalization(cli::OptionSet& options, const std::string& prefix,
                                  profile::NormalizeOptions& normalize) {
  options.group("Normalization");
  options.add_choice(
      prefix + "normalize", profile::normalization_words(),
      "of well profiles against the control wells: standardize is (x-mean)/sd; mad_robustize is "
      "(x-median)/(1.4826 MAD); whiten is standardize and then whitening of the controls' covariance; tvn is "
      "whiten and then CORAL, which aligns the batches; sphere_... is pycytominer's sphering",
      [&normalize](const std::string& word) { normalize.method = profile::parse_normalization(word); },
      [&normalize] { return profile::normalization_name(normalize.method); });
  options.add_choice(
      "within", profile::within_words(),
      "wells that are standardized together: all of them, or each plate's or batch's by themselves",
      [&normalize](const std::string& word) { normalize.within = profile::parse_within(word); },
      [&normalize] { return profile::within_name(normalize.within); });
  options.add("lambda", normalize.lambda, "regularization of whitening and CORAL, added to the eigenvalues");
  options.add("sphering-epsilon", normalize.epsilon, "regularization of sphering, added to singular values");
  options.add_choice(
      prefix + "batch-correction", profile::batch_correction_words(),
      "after the normalization, by the control wells of each batch: coral aligns their covariances (part of "
      "tvn), center their means",
      [&normalize](const std::string& word) {
        normalize.batch_correction = profile::parse_batch_correction(word);
      },
      [&normalize] { return profile::batch_correction_name(normalize.batch_correction); });
}

// --PREFIXselect-features, --PREFIXtransform and their cuts.
inline void declare_features(cli::OptionSet& options, const std::string& prefix,
                             profile::NormalizeOptions& normalize) {
  auto& selection = normalize.selection;
  options.group("Features");
  options.add(
      {prefix + "select-features",
       {},
       "leave out features, as pycytominer does: variance (few distinct values), correlation (nearly the "
       "same as another)",
       "none|variance,correlation",
       {},
       false,
       [&selection](const auto& text) { profile::choose_feature_selection(selection, split_list(text)); },
       [&selection] { return join(profile::feature_selection_names(selection), ","); }});
  options.add("frequency-cut", selection.frequency_cut,
              "variance: least ratio of the second most common value's count to the most common's");
  options.add("unique-cut", selection.unique_cut, "variance: least ratio of distinct values to wells");
  options.add("correlation-cut", selection.correlation_cut,
              "correlation: of two features above this one leaves");
  options.add_choice(
      prefix + "transform", profile::transform_words(),
      "take principal components or factors in place of the features, before the normalization",
      [&normalize](const std::string& word) { normalize.transform = profile::parse_transform(word); },
      [&normalize] { return profile::transform_name(normalize.transform); });
  options.add("components", normalize.components, "how many components or factors");
}

inline void declare_aggregate(cli::OptionSet& options, const std::string& key,
                              profile::Aggregation& aggregation, const std::string& help) {
  options.add_choice(
      key, profile::aggregate_words(), help,
      [&aggregation](const std::string& word) { aggregation.how = profile::parse_aggregate(word); },
      [&aggregation] { return profile::aggregate_name(aggregation.how); });
}

inline void declare_trim(cli::OptionSet& options, double& trim) {
  options.add("trim", trim, "trimmed: the share of values cut at each end before the mean");
}

// Options as provenance tells them: without the places of files.
inline nlohmann::json without_places(nlohmann::json options, const std::vector<std::string>& keys) {
  for (const auto& key : keys) options.erase(key);
  return options;
}

}  // namespace cytoscale::jobs
