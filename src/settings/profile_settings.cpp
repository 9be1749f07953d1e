#include "settings/profile_settings.hpp"

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "settings/machine_settings.hpp"
#include "settings/screen_settings.hpp"

namespace cytoscale::settings {

void declare_normalization(cli::OptionSet& options, const std::string& prefix,
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

void declare_features(cli::OptionSet& options, const std::string& prefix,
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
  options.add(
      "outlier-cut", selection.outlier_cut,
      "after standardize or mad_robustize: a feature with a larger absolute value leaves, since it hardly "
      "varies in the controls (pycytominer's drop_outliers); 0: none leaves");
  options.add("missing-cut", selection.missing_cut,
              "profiles that are read: share of wells in which a feature may be missing; wells that then "
              "lack one are "
              "left out; 0: such features leave");
  options.add(prefix + "transform", normalize.transform,
              "take principal components or factors in place of the features, before the normalization");
  options.add("components", normalize.components, "how many components or factors");
}

void declare_trim(cli::OptionSet& options, double& trim) {
  options.add("trim", trim, "trimmed: the share of values cut at each end before the mean");
}

void ReduceSettings::declare_files(cli::OptionSet& options) {
  declare_output(options, output);
  options.add("embeddings", files.embeddings, "features of cells [DIR/embeddings.h5ad]").reads([this] {
    return files.profiles_in.empty() ? cli::Paths{files.embeddings} : cli::Paths{};
  });
  options.add("profiles-in", files.profiles_in,
              "well profiles to normalize in place of embeddings (.csv or .h5ad)");
  options
      .add("profiles", files.profiles,
           "well profiles to write, .h5ad, with a .csv beside it [DIR/profiles.h5ad]")
      .writes([this] {
        return cli::Paths{files.profiles, profile::csv_beside(files.profiles)};
      });
  options
      .add("treatments", files.treatments,
           "treatment profiles to write, .h5ad, with a .csv beside it [treatments.h5ad beside the profiles]")
      .writes([this] {
        return cli::Paths{files.treatments, profile::csv_beside(files.treatments)};
      });
  options
      .add("wells", files.wells,
           "well profiles before normalization to write, .h5ad [wells.h5ad beside the profiles]")
      .writes([this] { return files.profiles_in.empty() ? cli::Paths{files.wells} : cli::Paths{}; });
}

void ReduceSettings::declare(cli::OptionSet& options) {
  declare_files(options);
  declare_roles(options, reduce.roles);
  declare_normalization(options, "reduce-", reduce.normalize);
  declare_features(options, "reduce-", reduce.normalize);
  options.group("Aggregation");
  options.add("aggregate-cells", reduce.cells.how, "of cells to wells");
  options.add("aggregate", reduce.wells.how, "of wells to treatments");
  declare_trim(options, reduce.cells.trim);
  options.group("Machine");
  declare_threads(options, reduce.threads);
}

void ReduceSettings::resolve() {
  const bool has_input = !files.embeddings.empty() || !files.profiles_in.empty();
  if (output.empty() && (files.profiles.empty() || !has_input))
    throw Error("the place of the files is not given", "--output",
                "Give --output DIR, or --embeddings (or --profiles-in) and --profiles");
  if (files.embeddings.empty()) files.embeddings = output / "embeddings.h5ad";
  if (files.profiles.empty()) files.profiles = output / "profiles.h5ad";
  const auto folder = files.profiles.parent_path();
  if (files.treatments.empty()) files.treatments = folder / "treatments.h5ad";
  if (files.wells.empty()) files.wells = folder / "wells.h5ad";
  reduce.wells.trim = reduce.cells.trim;
  files.validate();
  reduce.validate();
}

}  // namespace cytoscale::settings
