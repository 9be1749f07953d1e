#include "jobs/shared/profile_scores.hpp"

#include <algorithm>
#include <iostream>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/text.hpp"
#include "jobs/shared/profile_options.hpp"
#include "report/evaluation_files.hpp"
#include "report/evaluation_text.hpp"
#include "report/sweep_figure.hpp"
#include "report/sweep_files.hpp"

namespace cytoscale::jobs {
namespace {

// reduce leaves profiles.h5ad, which is normalized, beside wells.h5ad, which is not.
std::string before_normalization(const std::string& profiles) {
  const std::filesystem::path path(profiles);
  const auto wells = path.parent_path() / "wells.h5ad";
  return path.filename() == "profiles.h5ad" && std::filesystem::exists(wells) ? wells.string() : profiles;
}

}  // namespace

void ProfileScores::declare(cli::OptionSet& options) {
  declare_normalization(options, "", evaluate.normalize);
  declare_features(options, "", evaluate.normalize);
  options.group("Matching");
  declare_aggregate(options, "aggregate", evaluate.aggregate, "of wells to treatments");
  declare_trim(options, evaluate.aggregate.trim);
  options.add(
      "single-batch-classes", evaluate.single_batch_classes,
      "classes that leave under NSCB since they occur in one batch only; auto finds them; empty: none");
  declare_figures(options);
  options.group("Z'-factor");
  options.add("zprime-positive", evaluate.zprime.positive, "the positive controls; empty: no Z'")
      .value("COL=VAL");
  options
      .add("zprime-train", evaluate.zprime.train,
           "wells for fitting the axis; the others are scored. A value alone is of the column before: "
           "Metadata_Batch=a,b. Empty: the axis is fitted on the wells it scores, which flatters it")
      .value("COL=VAL,...");
  options.add_choice(
      "zprime-axis", {"lda", "mean-difference"},
      "lda weighs directions by the spread within classes (covariance shrunk as by Ledoit and Wolf)",
      [this](const std::string& word) { evaluate.zprime.axis = evaluate::parse_separation_axis(word); },
      [this] { return evaluate::separation_axis_name(evaluate.zprime.axis); });
}

void ProfileScores::declare_figures(cli::OptionSet& options) {
  options.group("Intervals and chance");
  options.add("bootstrap", evaluate.bootstrap.resamples,
              "resamples of the treatments for 95 % intervals; 0: none");
  options.add("retrieval", evaluate.retrieval.wanted,
              "mAP, percent replicating and matching, enrichment; false leaves them out");
  options.add("null-size", evaluate.retrieval.null.size, "random rankings and groups that make chance");
  options.add("top-percent", evaluate.retrieval.top_percent, "most similar pairs, for enrichment").value("P");
  options.add("evaluation-seed", evaluate.bootstrap.seed, "of resamples and random rankings");
  options.group("Layers and baselines");
  options.add("sweep", sweep.wanted, "evaluate each layer by itself: sweep.csv, sweep.svg");
  options
      .add("sweep-profiles", sweep.profiles,
           "well profiles before normalization, of several layers [wells.h5ad beside each profiles.h5ad]")
      .resource();
  options.add("sweep-normalize", sweep.normalizations, "normalizations to sweep, with --lambda");
  options.add("baselines", baselines.transforms, "rows to add to the table: pca, factor_analysis");
  options
      .add("baseline-profiles", baselines.profiles,
           "the wells whose features they replace [those of the last profiles, before normalization]")
      .value("FILE")
      .resource();
  options.add("baseline-normalize", baselines.normalization, "normalization of the components or factors");
}

void ProfileScores::resolve(const std::filesystem::path& output, const std::filesystem::path& metrics) {
  if (profiles.empty()) profiles = {(output / "profiles.h5ad").string()};
  if (matches.empty()) matches = metrics.parent_path() / "matches.csv";
  if (names.empty()) names = profiles;
  if (names.size() != profiles.size()) {
    throw Error(std::to_string(names.size()) + " names are given for " + std::to_string(profiles.size()) +
                    " profiles",
                "--profile-names", "Give one name for each");
  }
  evaluate.retrieval.null.seed = evaluate.bootstrap.seed;
  evaluate.validate();
  for (const auto& word : baselines.transforms) {
    if (parse_enum<profile::Transform>(word) == profile::Transform::none)
      throw Error("'none' is no baseline", "--baselines", "Leave it out, or use pca, factor_analysis");
  }
  for (const auto& word : sweep.normalizations) parse_enum<profile::Normalization>(word);
}

std::vector<std::filesystem::path> ProfileScores::files() const {
  std::vector<std::filesystem::path> all(profiles.begin(), profiles.end());
  const auto add = [&all](const std::string& path) {
    if (std::find(all.begin(), all.end(), path) == all.end()) all.emplace_back(path);
  };
  if (sweep.wanted)
    for (const auto& path : sweep.profiles.empty() ? profiles : sweep.profiles)
      add(sweep.profiles.empty() ? before_normalization(path) : path);
  if (!baselines.transforms.empty() && !profiles.empty())
    add(baselines.profiles.empty() ? before_normalization(profiles.back()) : baselines.profiles);
  return all;
}

std::vector<std::filesystem::path> ProfileScores::tables(const std::filesystem::path& metrics) const {
  const auto folder = metrics.parent_path();
  std::vector<std::filesystem::path> files = {matches, folder / "per_class.csv", folder / "retrieval.csv"};
  if (sweep.wanted) files.insert(files.end(), {folder / "sweep.csv", folder / "sweep.svg"});
  return files;
}

evaluate::Evaluation ProfileScores::evaluate_file(const std::string& path, const std::string& name,
                                                  const evaluate::EvaluateOptions& options, Log& log) const {
  auto table = profile::read_profiles(path);
  if (!table.text_columns.empty()) {
    log.info(name + ": taken as metadata, since not numbers: " + join(table.text_columns, ", "));
  }
  auto evaluation = evaluate::evaluate_profiles(std::move(table), options, path);
  for (const auto& feature : evaluation.dropped) log.warning(name + ": feature dropped: " + feature);
  for (const auto& note : evaluation.notes) log.info(name + ": " + note);
  return evaluation;
}

void ProfileScores::add_baselines(std::vector<NamedEvaluation>& evaluations, Log& log) const {
  const bool own = !baselines.profiles.empty();
  const auto path = own ? baselines.profiles : before_normalization(profiles.back());
  for (const auto& word : baselines.transforms) {
    auto options = evaluate;
    options.normalize.transform = parse_enum<profile::Transform>(word);
    options.normalize.method = baselines.normalization;
    const auto name = word + " of " + (own ? path : names.back());
    evaluations.emplace_back(name, evaluate_file(path, name, options, log));
  }
}

std::vector<evaluate::SweepEntry> ProfileScores::sweep_layers_of_all() const {
  std::vector<evaluate::SweepEntry> entries;
  if (!sweep.wanted) return entries;
  std::vector<profile::Normalization> methods;
  for (const auto& word : sweep.normalizations) methods.push_back(parse_enum<profile::Normalization>(word));
  const bool own = !sweep.profiles.empty();
  const auto& files = own ? sweep.profiles : profiles;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto path = own ? files[i] : before_normalization(files[i]);
    const auto made =
        evaluate::sweep_layers(profile::read_profiles(path), own ? path : names[i], methods, evaluate, path);
    entries.insert(entries.end(), made.begin(), made.end());
  }
  return entries;
}

void ProfileScores::write_metrics(const std::vector<NamedEvaluation>& evaluations,
                                  const std::vector<evaluate::SweepEntry>& entries,
                                  const std::filesystem::path& metrics,
                                  const nlohmann::json& provenance) const {
  auto json = report::metrics_json(evaluations[0].second, evaluate);
  if (evaluations.size() > 1) {
    auto& compared = json["compared"] = nlohmann::json::array();
    for (const auto& [name, evaluation] : evaluations) {
      auto entry = report::metrics_json(evaluation, evaluate);
      entry.erase("confusion");
      entry["name"] = name;
      compared.push_back(std::move(entry));
    }
  }
  if (!entries.empty()) json["sweep"] = report::sweep_json(entries);
  json["provenance"] = provenance;
  write_file_atomically(metrics, json.dump(2) + "\n");
}

void ProfileScores::print(const std::vector<NamedEvaluation>& evaluations,
                          const std::vector<evaluate::SweepEntry>& entries) const {
  std::cout << report::score_text(evaluations);
  const auto& first = evaluations[0].second;
  if (!first.single_batch_classes.empty()) {
    std::cout << "in one batch only, not asked under NSCB: " << join(first.single_batch_classes, ", ")
              << "\n";
  }
  if (const auto more = report::retrieval_text(evaluations); !more.empty()) std::cout << "\n" << more;
  for (const auto rule : {evaluate::MatchRule::nsc, evaluate::MatchRule::nscb_disjoint}) {
    if (const auto* result = first.rule(rule))
      std::cout << "\n" << report::confusion_text(first.treatments, *result);
  }
  if (!entries.empty()) std::cout << "\n" << report::sweep_text(entries);
  std::cout << std::flush;
}

void ProfileScores::write(const std::filesystem::path& metrics, const nlohmann::json& provenance,
                          Log& log) const {
  std::vector<NamedEvaluation> evaluations;
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    evaluations.emplace_back(names[i], evaluate_file(profiles[i], names[i], evaluate, log));
  }
  add_baselines(evaluations, log);
  const auto entries = sweep_layers_of_all();
  const auto files = tables(metrics);
  write_csv(files[0], report::matches_table(evaluations[0].second));
  write_csv(files[1], report::class_table(evaluations[0].second));
  write_csv(files[2], report::retrieval_table(evaluations[0].second));
  if (!entries.empty()) {
    write_csv(files[3], report::sweep_table(entries));
    write_file_atomically(files[4], report::sweep_svg(entries));
  }
  write_metrics(evaluations, entries, metrics, provenance);
  print(evaluations, entries);
}

}  // namespace cytoscale::jobs
