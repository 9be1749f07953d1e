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
  options.add(
      prefix + "normalize", normalize.method,
      "of well profiles against the control wells: standardize is (x-mean)/sd; mad_robustize is "
      "(x-median)/(1.4826 MAD); whiten is standardize and then whitening of the controls' covariance; tvn is "
      "whiten and then CORAL, which aligns the batches; sphere_... is pycytominer's sphering");
  options.add("within", normalize.within,
              "wells that are standardized together: all of them, or each plate's or batch's by themselves");
  options.add("lambda", normalize.lambda, "regularization of whitening and CORAL, added to the eigenvalues");
  options.add("sphering-epsilon", normalize.epsilon, "regularization of sphering, added to singular values");
  options.add(
      prefix + "batch-correction", normalize.batch_correction,
      "after the normalization, by the control wells of each batch: coral aligns their covariances (part of "
      "tvn), center their means");
}

// --PREFIXselect-features, --PREFIXtransform and their cuts.
inline void declare_features(cli::OptionSet& options, const std::string& prefix,
                             profile::NormalizeOptions& normalize) {
  auto& selection = normalize.selection;
  options.group("Features");
  cli::Option select;
  select.key = prefix + "select-features";
  select.help =
      "leave out features, as pycytominer does: variance (few distinct values), correlation (nearly the "
      "same as another)";
  select.value_name = "none|variance,correlation";
  select.set = [&selection](const auto& text) {
    profile::choose_feature_selection(selection, split_list(text));
  };
  select.get = [&selection] { return join(profile::feature_selection_names(selection), ","); };
  options.add(std::move(select));
  options.add("frequency-cut", selection.frequency_cut,
              "variance: least ratio of the second most common value's count to the most common's");
  options.add("unique-cut", selection.unique_cut, "variance: least ratio of distinct values to wells");
  options.add("correlation-cut", selection.correlation_cut,
              "correlation: of two features above this one leaves");
  options.add(prefix + "transform", normalize.transform,
              "take principal components or factors in place of the features, before the normalization");
  options.add("components", normalize.components, "how many components or factors");
}

inline void declare_aggregate(cli::OptionSet& options, const std::string& key,
                              profile::Aggregation& aggregation, const std::string& help) {
  options.add(key, aggregation.how, help);
}

inline void declare_trim(cli::OptionSet& options, double& trim) {
  options.add("trim", trim, "trimmed: the share of values cut at each end before the mean");
}

}  // namespace cytoscale::jobs
