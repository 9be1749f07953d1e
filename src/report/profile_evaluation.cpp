#include "report/profile_evaluation.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/text.hpp"
#include "evaluate/matching/well_labels.hpp"
#include "report/evaluation_files.hpp"
#include "report/evaluation_text.hpp"
#include "report/sweep_figure.hpp"
#include "report/sweep_files.hpp"

namespace cytoscale::report {
namespace {

using Entries = std::vector<evaluate::SweepEntry>;

evaluate::Evaluation evaluate_file(const std::string& path, const std::string& name,
                                   const evaluate::EvaluateOptions& options, Log& log,
                                   const mpi::Crew& crew) {
  auto table = profile::read_profiles(path, options.normalize.selection.missing_cut);
  if (!crew.root()) return evaluate::evaluate_profiles(std::move(table), options, path, crew);
  if (!table.text_columns.empty())
    log.info(name + ": taken as metadata, since not numbers: " + join(table.text_columns, ", "));
  const auto of_reading = table.notes.size();  // these come first
  auto evaluation = evaluate::evaluate_profiles(std::move(table), options, path, crew);
  for (const auto& feature : evaluation.dropped) log.warning(name + ": feature dropped: " + feature);
  for (std::size_t i = 0; i < evaluation.notes.size(); ++i) {
    const auto line = name + ": " + evaluation.notes[i];
    i < of_reading ? log.warning(line) : log.info(line);
  }
  return evaluation;
}

// The profiles, then the baselines.
std::vector<NamedEvaluation> evaluate_all(const ProfileEvaluation& what, Log& log, const mpi::Crew& crew) {
  std::vector<NamedEvaluation> evaluations;
  for (std::size_t i = 0; i < what.profiles.size(); ++i)
    evaluations.emplace_back(what.names[i],
                             evaluate_file(what.profiles[i], what.names[i], what.evaluate, log, crew));
  const bool own = !what.baselines.profiles.empty();
  const auto path = own ? what.baselines.profiles : before_normalization(what.profiles.back());
  for (const auto& word : what.baselines.transforms) {
    auto options = what.evaluate;
    options.normalize.transform = parse_enum<profile::Transform>(word);
    options.normalize.method = what.baselines.normalization;
    const auto name = word + " of " + (own ? path : what.names.back());
    evaluations.emplace_back(name, evaluate_file(path, name, options, log, crew));
  }
  return evaluations;
}

Entries sweep_all(const ProfileEvaluation& what, const mpi::Crew& crew) {
  Entries entries;
  if (!what.sweep.wanted) return entries;
  std::vector<profile::Normalization> methods;
  for (const auto& word : what.sweep.normalizations)
    methods.push_back(parse_enum<profile::Normalization>(word));
  const bool own = !what.sweep.profiles.empty();
  const auto& files = own ? what.sweep.profiles : what.profiles;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto path = own ? files[i] : before_normalization(files[i]);
    const auto made =
        evaluate::sweep_layers(profile::read_profiles(path, what.evaluate.normalize.selection.missing_cut),
                               own ? path : what.names[i], methods, what.evaluate, path, crew);
    entries.insert(entries.end(), made.begin(), made.end());
  }
  return entries;
}

nlohmann::json metrics_of_all(const std::vector<NamedEvaluation>& evaluations, const Entries& entries,
                              const evaluate::EvaluateOptions& options) {
  auto json = metrics_json(evaluations[0].second, options);
  if (evaluations.size() > 1) {
    auto& compared = json["compared"] = nlohmann::json::array();
    for (const auto& [name, evaluation] : evaluations) {
      auto entry = metrics_json(evaluation, options);
      entry.erase("confusion");
      entry["name"] = name;
      compared.push_back(std::move(entry));
    }
  }
  if (!entries.empty()) json["sweep"] = sweep_json(entries);
  return json;
}

std::string text_of_all(const std::vector<NamedEvaluation>& evaluations, const Entries& entries) {
  auto text = score_text(evaluations);
  const auto& first = evaluations[0].second;
  if (!first.single_batch_classes.empty())
    text += "in one batch only, not asked under NSCB: " + join(first.single_batch_classes, ", ") + "\n";
  if (const auto more = retrieval_text(evaluations); !more.empty()) text += "\n" + more;
  for (const auto rule : {evaluate::MatchRule::nsc, evaluate::MatchRule::nscb_disjoint})
    if (const auto* result = first.rule(rule)) text += "\n" + confusion_text(first.treatments, *result);
  if (!entries.empty()) text += "\n" + sweep_text(entries);
  return text;
}

}  // namespace

std::string before_normalization(const std::string& profiles) {
  const std::filesystem::path path(profiles);
  const auto wells = path.parent_path() / "wells.h5ad";
  return path.filename() == "profiles.h5ad" && std::filesystem::exists(wells) ? wells.string() : profiles;
}

void ProfileEvaluation::resolve(const std::filesystem::path& output, const std::filesystem::path& metrics) {
  if (profiles.empty()) profiles = {(output / "profiles.h5ad").string()};
  if (matches.empty()) matches = metrics.parent_path() / "matches.csv";
  if (names.empty()) names = profiles;
  if (names.size() != profiles.size())
    throw Error(std::to_string(names.size()) + " names are given for " + std::to_string(profiles.size()) +
                    " profiles",
                "--profile-names", "Give one name for each");
  evaluate.retrieval.null.seed = evaluate.bootstrap.seed;
  evaluate.validate();
  for (const auto& word : baselines.transforms)
    if (parse_enum<profile::Transform>(word) == profile::Transform::none)
      throw Error("'none' is no baseline", "--baselines", "Leave it out, or use pca, factor_analysis");
  for (const auto& word : sweep.normalizations) parse_enum<profile::Normalization>(word);
}

void ProfileEvaluation::check(const screen::Screen& screen) const {
  std::vector<std::string> notes;
  evaluate::read_well_labels(screen::metadata_table(screen), evaluate.roles, "the manifest", notes);
}

std::vector<std::filesystem::path> ProfileEvaluation::files() const {
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

std::vector<std::filesystem::path> ProfileEvaluation::tables(const std::filesystem::path& metrics) const {
  const auto folder = metrics.parent_path();
  std::vector<std::filesystem::path> files = {matches, folder / "per_class.csv", folder / "retrieval.csv"};
  if (sweep.wanted) files.insert(files.end(), {folder / "sweep.csv", folder / "sweep.svg"});
  return files;
}

std::string ProfileEvaluation::write(const std::filesystem::path& metrics, const nlohmann::json& provenance,
                                     Log& log, const mpi::Crew& crew) const {
  const auto evaluations = evaluate_all(*this, log, crew);
  const auto entries = sweep_all(*this, crew);
  if (!crew.root()) return {};
  const auto files = tables(metrics);
  const auto& first = evaluations[0].second;
  write_csv(files[0], matches_table(first));
  write_csv(files[1], class_table(first));
  write_csv(files[2], retrieval_table(first));
  if (!entries.empty()) {
    write_csv(files[3], sweep_table(entries));
    write_file_atomically(files[4], sweep_svg(entries));
  }
  auto json = metrics_of_all(evaluations, entries, evaluate);
  json["provenance"] = provenance;
  write_file_atomically(metrics, json.dump(2) + "\n");
  return text_of_all(evaluations, entries);
}

}  // namespace cytoscale::report
