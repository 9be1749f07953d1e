// evaluate: how well profiles tell which treatments act alike.
#include <iostream>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "evaluate/evaluation_files.hpp"
#include "evaluate/evaluation_text.hpp"
#include "evaluate/sweep_figure.hpp"
#include "jobs/job.hpp"
#include "jobs/profile_options.hpp"
#include "mpi/agree.hpp"
#include "store/stamp.hpp"

namespace cytoscale {
namespace {

using NamedEvaluation = std::pair<std::string, Evaluation>;

// Rows of the table that need no network, from well profiles before normalisation.
struct Baselines {
  std::vector<std::string> transforms;
  std::string profiles;
  Normalization normalization = Normalization::none;
};

struct Sweep {
  bool wanted = false;
  std::vector<std::string> profiles, normalizations = {"none", "tvn"};
};

// reduce leaves profiles.h5ad, which is normalised, beside wells.h5ad, which is not.
std::string before_normalization(const std::string& profiles) {
  const std::filesystem::path path(profiles);
  const auto wells = path.parent_path() / "wells.h5ad";
  return path.filename() == "profiles.h5ad" && std::filesystem::exists(wells) ? wells.string() : profiles;
}

class EvaluateJob final : public Job {
 public:
  std::string name() const override { return "evaluate"; }
  std::string summary() const override {
    return "match treatments by their profiles: NSC, NSCB, replicates, mAP, Z'";
  }
  std::string description() const override;
  void declare(OptionSet& options) override;
  void resolve() override;
  std::vector<std::filesystem::path> inputs() const override { return {profiles_.begin(), profiles_.end()}; }
  std::vector<std::filesystem::path> outputs() const override;
  void execute(JobContext& context) override;

 private:
  void declare_figures(OptionSet& options);
  std::filesystem::path beside(const std::string& name) const { return metrics_.parent_path() / name; }
  Evaluation evaluate_file(const std::string& path, const std::string& name, const EvaluateOptions& options,
                           Log& log) const;
  void add_baselines(std::vector<NamedEvaluation>& evaluations, Log& log) const;
  std::vector<SweepEntry> sweep() const;
  void write_metrics(const std::vector<NamedEvaluation>& evaluations, const std::vector<SweepEntry>& sweep);
  void print(const std::vector<NamedEvaluation>& evaluations, const std::vector<SweepEntry>& sweep) const;

  std::filesystem::path output_, metrics_, matches_;
  std::vector<std::string> profiles_, names_;
  EvaluateOptions evaluate_;
  Baselines baselines_;
  Sweep sweep_;
};

std::string EvaluateJob::description() const {
  return "Reads well profiles of any tool (CSV: columns Metadata_... and those that are not numbers are "
         "metadata, the others features; or AnnData .h5ad), normalises them where --normalize asks for it, "
         "averages wells to treatments and matches each treatment to its nearest neighbour by cosine "
         "similarity. Controls are neither queries nor candidates.\n\n"
         "NSC: the neighbour is of another compound; is it of the same class? NSCB: it also shares no "
         "batch with the query (disjoint), or has another set of batches (joined, as in published "
         "notebooks). Classes that occur in one batch only leave as queries under NSCB, and under joined "
         "as candidates too. Replicate accuracy: is a well's nearest neighbour of its treatment? "
         "Compound/gene accuracy: is a treatment's nearest neighbour of its compound or gene? Both count "
         "rows that have a partner to find. Each has a 95 % interval: treatments resampled "
         "(--bootstrap).\n\n"
         "mAP (as copairs): how far up a well ranks its replicates among the negative controls, and a "
         "treatment its class (other compounds) among other classes, with permutation p-values and "
         "Benjamini-Hochberg correction. Replicating and matching: treatments (classes) whose median "
         "correlation exceeds the 95th percentile of chance. Enrichment: odds ratio of a shared class "
         "among the most similar pairs. Z' = 1 - 3 (sd+ + sd-) / |mean+ - mean-| of the positive and "
         "negative control wells along the axis that separates them, fitted on the wells that "
         "--zprime-train names and scored on the others.\n\n"
         "With --sweep every layer of the network is evaluated by itself, without and with TVN; with "
         "--baselines rows of principal components and of factors join the table.\n\n"
         "Writes metrics.json (the metrics that apply), matches.csv (each treatment's neighbour under each "
         "rule), per_class.csv, retrieval.csv (mAP and correlation of each treatment and class), sweep.csv "
         "and sweep.svg, and tables to the standard output. Several profiles give one row each; the files "
         "then tell of the first, and metrics.json lists all under compared.\n\n"
         "Examples:\n"
         "  cytoscale evaluate --profiles wells.csv --metrics metrics.json --class Metadata_moa \\\n"
         "    --control Metadata_Compound=DMSO --batch-from-plate '^[^_]+' --normalize tvn --lambda 0.01\n"
         "  cytoscale evaluate --output results --sweep        after: run --layers conv2a,conv4a,conv5b "
         "...";
}

void EvaluateJob::declare(OptionSet& options) {
  declare_output(options, output_);
  options.add("profiles", profiles_, "well profiles, .csv or .h5ad; several to compare [DIR/profiles.h5ad]",
              "LIST");
  options.add("profile-names", names_, "what to call them in the table (default: their paths)");
  options.add("metrics", metrics_, "figures to write, the other files beside it [DIR/metrics.json]");
  options.add("matches", matches_, "neighbours to write [matches.csv beside the metrics]");
  declare_roles(options, evaluate_.roles);
  declare_normalization(options, "", evaluate_.normalize);
  declare_features(options, "", evaluate_.normalize);
  options.group("Matching");
  declare_aggregate(options, "aggregate", evaluate_.aggregate, "of wells to treatments");
  declare_trim(options, evaluate_.aggregate.trim);
  options.add(
      "single-batch-classes", evaluate_.single_batch_classes,
      "classes that leave under NSCB since they occur in one batch only; auto finds them; empty: none");
  declare_figures(options);
  options.group("Z'-factor");
  options.add("zprime-positive", evaluate_.zprime.positive, "the positive controls; empty: no Z'", "COL=VAL");
  options.add("zprime-train", evaluate_.zprime.train,
              "wells for fitting the axis; the others are scored. A value alone is of the column before: "
              "Metadata_Batch=a,b. Empty: the axis is fitted on the wells it scores, which flatters it",
              "COL=VAL,...");
  options.add_choice(
      "zprime-axis", {"lda", "mean-difference"},
      "lda weighs directions by the spread within classes (covariance shrunk as by Ledoit and Wolf)",
      [this](const std::string& word) { evaluate_.zprime.axis = parse_separation_axis(word); },
      [this] { return separation_axis_name(evaluate_.zprime.axis); });
}

void EvaluateJob::declare_figures(OptionSet& options) {
  options.group("Intervals and chance");
  options.add("bootstrap", evaluate_.bootstrap.resamples,
              "resamples of the treatments for 95 % intervals; 0: none");
  options.add("retrieval", evaluate_.retrieval.wanted,
              "mAP, percent replicating and matching, enrichment; false leaves them out");
  options.add("null-size", evaluate_.retrieval.null.size, "random rankings and groups that make chance");
  options.add("top-percent", evaluate_.retrieval.top_percent, "most similar pairs, for enrichment", "P");
  options.add("evaluation-seed", evaluate_.bootstrap.seed, "of resamples and random rankings");
  options.group("Layers and baselines");
  options.add("sweep", sweep_.wanted, "evaluate each layer by itself: sweep.csv, sweep.svg");
  options.add("sweep-profiles", sweep_.profiles,
              "well profiles before normalisation, of several layers [wells.h5ad beside each profiles.h5ad]");
  options.add("sweep-normalize", sweep_.normalizations, "normalisations to sweep, with --lambda");
  options.add("baselines", baselines_.transforms, "rows to add to the table: pca, factor_analysis");
  options.add("baseline-profiles", baselines_.profiles,
              "the wells whose features they replace [those of the last profiles, before normalisation]",
              "FILE");
  options.add_choice(
      "baseline-normalize", normalization_words(), "normalisation of the components or factors",
      [this](const std::string& word) { baselines_.normalization = parse_normalization(word); },
      [this] { return normalization_name(baselines_.normalization); });
}

void EvaluateJob::resolve() {
  if (output_.empty() && (profiles_.empty() || metrics_.empty())) {
    throw Error("the place of the files is not given", "--output",
                "Give --output DIR, or --profiles and --metrics");
  }
  if (profiles_.empty()) profiles_ = {(output_ / "profiles.h5ad").string()};
  if (metrics_.empty()) metrics_ = output_ / "metrics.json";
  if (matches_.empty()) matches_ = beside("matches.csv");
  if (names_.empty()) names_ = profiles_;
  if (names_.size() != profiles_.size()) {
    throw Error(std::to_string(names_.size()) + " names are given for " + std::to_string(profiles_.size()) +
                    " profiles",
                "--profile-names", "Give one name for each");
  }
  evaluate_.retrieval.null.seed = evaluate_.bootstrap.seed;
  evaluate_.validate();
  for (const auto& word : baselines_.transforms) {
    if (parse_transform(word) == Transform::none)
      throw Error("'none' is no baseline", "--baselines", "Leave it out, or use pca, factor_analysis");
  }
  for (const auto& word : sweep_.normalizations) parse_normalization(word);
}

std::vector<std::filesystem::path> EvaluateJob::outputs() const {
  std::vector<std::filesystem::path> files = {metrics_, matches_, beside("per_class.csv"),
                                              beside("retrieval.csv")};
  if (sweep_.wanted) files.insert(files.end(), {beside("sweep.csv"), beside("sweep.svg")});
  return files;
}

Evaluation EvaluateJob::evaluate_file(const std::string& path, const std::string& name,
                                      const EvaluateOptions& options, Log& log) const {
  auto profiles = read_profiles(path);
  if (!profiles.text_columns.empty()) {
    log.info(name + ": taken as metadata, since not numbers: " + join(profiles.text_columns, ", "));
  }
  auto evaluation = evaluate_profiles(std::move(profiles), options, path);
  for (const auto& feature : evaluation.dropped) log.warning(name + ": feature dropped: " + feature);
  for (const auto& note : evaluation.notes) log.info(name + ": " + note);
  return evaluation;
}

void EvaluateJob::add_baselines(std::vector<NamedEvaluation>& evaluations, Log& log) const {
  const bool own = !baselines_.profiles.empty();
  const auto path = own ? baselines_.profiles : before_normalization(profiles_.back());
  for (const auto& word : baselines_.transforms) {
    auto options = evaluate_;
    options.normalize.transform = parse_transform(word);
    options.normalize.method = baselines_.normalization;
    const auto name = word + " of " + (own ? path : names_.back());
    evaluations.emplace_back(name, evaluate_file(path, name, options, log));
  }
}

std::vector<SweepEntry> EvaluateJob::sweep() const {
  std::vector<SweepEntry> entries;
  if (!sweep_.wanted) return entries;
  std::vector<Normalization> methods;
  for (const auto& word : sweep_.normalizations) methods.push_back(parse_normalization(word));
  const bool own = !sweep_.profiles.empty();
  const auto& files = own ? sweep_.profiles : profiles_;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto path = own ? files[i] : before_normalization(files[i]);
    const auto made = sweep_layers(read_profiles(path), own ? path : names_[i], methods, evaluate_, path);
    entries.insert(entries.end(), made.begin(), made.end());
  }
  return entries;
}

void EvaluateJob::write_metrics(const std::vector<NamedEvaluation>& evaluations,
                                const std::vector<SweepEntry>& sweep) {
  auto json = metrics_json(evaluations[0].second, evaluate_);
  if (evaluations.size() > 1) {
    auto& compared = json["compared"] = nlohmann::json::array();
    for (const auto& [name, evaluation] : evaluations) {
      auto entry = metrics_json(evaluation, evaluate_);
      entry.erase("confusion");
      entry["name"] = name;
      compared.push_back(std::move(entry));
    }
  }
  if (!sweep.empty()) json["sweep"] = sweep_json(sweep);
  std::map<std::string, std::filesystem::path> files;
  for (std::size_t i = 0; i < profiles_.size(); ++i) {
    files[i ? "profiles_" + std::to_string(i + 1) : "profiles"] = profiles_[i];
  }
  const auto options = without_places(
      resolved_options(*this),
      {"output", "profiles", "profile-names", "metrics", "matches", "sweep-profiles", "baseline-profiles"});
  json["provenance"] = make_provenance("evaluate", options, {}, files);
  write_file_atomically(metrics_, json.dump(2) + "\n");
}

void EvaluateJob::print(const std::vector<NamedEvaluation>& evaluations,
                        const std::vector<SweepEntry>& sweep) const {
  std::cout << score_text(evaluations);
  const auto& first = evaluations[0].second;
  if (!first.single_batch_classes.empty()) {
    std::cout << "in one batch only, not asked under NSCB: " << join(first.single_batch_classes, ", ")
              << "\n";
  }
  if (const auto more = retrieval_text(evaluations); !more.empty()) std::cout << "\n" << more;
  for (const auto rule : {MatchRule::nsc, MatchRule::nscb_disjoint}) {
    if (const auto* result = first.rule(rule)) std::cout << "\n" << confusion_text(first.treatments, *result);
  }
  if (!sweep.empty()) std::cout << "\n" << sweep_text(sweep);
  std::cout << std::flush;
}

void EvaluateJob::execute(JobContext& context) {
  on_root(context.comm, [&] {
    std::vector<NamedEvaluation> evaluations;
    for (std::size_t i = 0; i < profiles_.size(); ++i) {
      evaluations.emplace_back(names_[i], evaluate_file(profiles_[i], names_[i], evaluate_, context.log));
    }
    add_baselines(evaluations, context.log);
    const auto entries = sweep();
    write_csv(matches_, matches_table(evaluations[0].second));
    write_csv(beside("per_class.csv"), class_table(evaluations[0].second));
    write_csv(beside("retrieval.csv"), retrieval_table(evaluations[0].second));
    if (!entries.empty()) {
      write_csv(beside("sweep.csv"), sweep_table(entries));
      write_file_atomically(beside("sweep.svg"), sweep_svg(entries));
    }
    write_metrics(evaluations, entries);
    print(evaluations, entries);
    context.log.info("wrote " + metrics_.string() + " and " + std::to_string(outputs().size() - 1) +
                     " tables and figures beside it");
  });
}

}  // namespace

std::unique_ptr<Job> make_evaluate_job() {
  return std::make_unique<EvaluateJob>();
}

}  // namespace cytoscale
