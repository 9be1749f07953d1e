#include "settings/evaluation_settings.hpp"

#include "core/error.hpp"
#include "settings/machine_settings.hpp"
#include "settings/profile_settings.hpp"
#include "settings/screen_settings.hpp"

namespace cytoscale::settings {

void EvaluateSettings::declare_files(cli::OptionSet& options) {
  declare_output(options, output);
  options
      .add("profiles", profiles.profiles,
           "well profiles, .csv or .h5ad; several to compare [DIR/profiles.h5ad]")
      .value("LIST")
      .reads([this] { return predictions.wanted() ? cli::Paths{} : profiles.files(); });
  options.add("profile-names", profiles.names, "what to call them in the table (default: their paths)")
      .resource();
  options.add("metrics", metrics, "figures to write, the other files beside it [DIR/metrics.json]")
      .writes([this] { return written(); });
  options.add("matches", profiles.matches, "neighbors to write [matches.csv beside the metrics]").resource();
}

void EvaluateSettings::declare_matching(cli::OptionSet& options) {
  auto& evaluate = profiles.evaluate;
  declare_normalization(options, "", evaluate.normalize);
  declare_features(options, "", evaluate.normalize);
  options.group("Matching");
  options.add("aggregate", evaluate.aggregate.how, "of wells to treatments");
  declare_trim(options, evaluate.aggregate.trim);
  options.add(
      "single-batch-classes", evaluate.single_batch_classes,
      "classes that leave under NSCB since they occur in one batch only; auto finds them; empty: none");
}

void EvaluateSettings::declare_figures(cli::OptionSet& options) {
  auto& evaluate = profiles.evaluate;
  options.group("Intervals and chance");
  options.add("bootstrap", evaluate.bootstrap.resamples,
              "resamples of the treatments for 95 % intervals; 0: none");
  options.add("retrieval", evaluate.retrieval.wanted,
              "mAP, percent replicating and matching, enrichment; false leaves them out");
  options.add("null-size", evaluate.retrieval.null.size, "random rankings and groups that make chance");
  options.add("top-percent", evaluate.retrieval.top_percent, "most similar pairs, for enrichment").value("P");
  options.add("evaluation-seed", evaluate.bootstrap.seed, "of resamples and random rankings");
  options.group("Layers and baselines");
  options.add("sweep", profiles.sweep.wanted, "evaluate each layer by itself: sweep.csv, sweep.svg");
  options
      .add("sweep-profiles", profiles.sweep.profiles,
           "well profiles before normalization, of several layers [wells.h5ad beside each profiles.h5ad]")
      .resource();
  options.add("sweep-normalize", profiles.sweep.normalizations, "normalizations to sweep, with --lambda");
  options.add("baselines", profiles.baselines.transforms, "rows to add to the table: pca, factor_analysis");
  options
      .add("baseline-profiles", profiles.baselines.profiles,
           "the wells whose features they replace [those of the last profiles, before normalization]")
      .value("FILE")
      .resource();
  options.add("baseline-normalize", profiles.baselines.normalization,
              "normalization of the components or factors");
  options.group("Z'-factor");
  options.add("zprime-positive", evaluate.zprime.positive, "the positive controls; empty: no Z'")
      .value("COL=VAL");
  options
      .add("zprime-train", evaluate.zprime.train,
           "wells for fitting the axis; the others are scored. A value alone is of the column before: "
           "Metadata_Batch=a,b. Empty: the axis is fitted on the wells it scores, which flatters it")
      .value("COL=VAL,...");
  options.add("zprime-axis", evaluate.zprime.axis,
              "lda weighs directions by the spread within classes (covariance shrunk as by Ledoit and Wolf)");
}

void EvaluateSettings::declare_predictions(cli::OptionSet& options) {
  options.group("Predictions");
  options.add("predictions", predictions.predictions,
              "evaluate these in place of profiles: the predictions.h5ad of predict; the truth is what the "
              "--treatment columns say, as in training");
  options.add("several-labels", predictions.options.several_labels,
              "a picture may have several labels: a|b is a and b, each answered by itself");
  options.add(
      "replicates-of", predictions.options.replicates_of,
      "columns of what is predicted as a whole: wells that share them are replicates, and the median of "
      "their predictions counts (default: those of --treatment)");
  options
      .add("test-select", predictions.options.select, "only fields with COLUMN=VALUE (comma: all must hold)")
      .value("COL=VAL");
}

void EvaluateSettings::declare(cli::OptionSet& options) {
  declare_files(options);
  declare_roles(options, profiles.evaluate.roles);
  declare_matching(options);
  declare_figures(options);
  declare_predictions(options);
  options.group("Machine");
  declare_threads(options, threads);
}

void EvaluateSettings::resolve() {
  const bool named = predictions.wanted() || !profiles.profiles.empty();
  if (output.empty() && (!named || metrics.empty())) {
    for (const auto& path : profiles.profiles)
      if (!std::filesystem::exists(path)) throw Error("there is no such file", path, "Check --profiles");
    throw Error("the place of the files is not given", "--output",
                "Give --output DIR, or --profiles (or --predictions) and --metrics");
  }
  if (metrics.empty()) metrics = output / "metrics.json";
  profiles.resolve(output, metrics);
}

cli::Paths EvaluateSettings::written() const {
  auto files =
      predictions.wanted() ? report::PredictionEvaluation::tables(metrics) : profiles.tables(metrics);
  files.insert(files.begin(), metrics);
  return files;
}

std::string EvaluateSettings::write(const nlohmann::json& provenance, Log& log, const mpi::Crew& crew) const {
  const auto& evaluate = profiles.evaluate;
  if (!predictions.wanted()) return profiles.write(metrics, provenance, log, crew);
  if (!crew.root()) return {};
  return predictions.write(evaluate.roles, evaluate.bootstrap, metrics, provenance, log);
}

std::map<std::string, std::filesystem::path> EvaluateSettings::sources() const {
  const std::string role = predictions.wanted() ? "predictions" : "profiles";
  const auto paths = predictions.wanted() ? cli::Paths{predictions.predictions} : profiles.files();
  std::map<std::string, std::filesystem::path> files;
  for (std::size_t i = 0; i < paths.size(); ++i)
    files[i ? role + "_" + std::to_string(i + 1) : role] = paths[i];
  return files;
}

}  // namespace cytoscale::settings
