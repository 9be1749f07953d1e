// evaluate: how well profiles tell which treatments act alike.
#include <iostream>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "evaluate/evaluation_files.hpp"
#include "evaluate/evaluation_text.hpp"
#include "jobs/job.hpp"
#include "jobs/profile_options.hpp"
#include "mpi/agree.hpp"
#include "store/stamp.hpp"

namespace cytoscale {
namespace {

using NamedEvaluation = std::pair<std::string, Evaluation>;

class EvaluateJob final : public Job {
 public:
  std::string name() const override { return "evaluate"; }
  std::string summary() const override {
    return "match treatments by their profiles: NSC, NSCB, replicates, Z'";
  }
  std::string description() const override;
  void declare(OptionSet& options) override;
  void resolve() override;
  std::vector<std::filesystem::path> inputs() const override { return {profiles_.begin(), profiles_.end()}; }
  std::vector<std::filesystem::path> outputs() const override { return {metrics_, matches_}; }
  void execute(JobContext& context) override;

 private:
  Evaluation evaluate_file(const std::string& path, const std::string& name, Log& log) const;
  void write_metrics(const std::vector<NamedEvaluation>& evaluations);
  void print(const std::vector<NamedEvaluation>& evaluations) const;

  std::filesystem::path output_, metrics_, matches_;
  std::vector<std::string> profiles_, names_;
  EvaluateOptions evaluate_;
};

std::string EvaluateJob::description() const {
  return "Reads well profiles of any tool (CSV: columns Metadata_... and those that are not numbers are "
         "metadata, the others "
         "features; or AnnData .h5ad), normalises them where --normalize asks for it, averages wells to "
         "treatments and matches each "
         "treatment to its nearest neighbour by cosine similarity. Controls are neither queries nor "
         "candidates.\n\n"
         "NSC: the neighbour is of another compound; is it of the same class? NSCB: it also shares no batch "
         "with the query "
         "(disjoint), or has another set of batches (joined, as in published notebooks). Classes that occur "
         "in one batch only leave as "
         "queries under NSCB, and under joined as candidates too. Replicate accuracy: is a well's nearest "
         "neighbour of its "
         "treatment? Compound/gene accuracy: is a treatment's nearest neighbour of its compound or gene? "
         "Both count rows that have "
         "a partner to find. Z' = 1 - 3 (sd+ + sd-) / |mean+ - mean-| of the positive and negative control "
         "wells along the axis "
         "that separates them, fitted on the wells that --zprime-train names and scored on the others.\n\n"
         "Writes metrics.json (the metrics that apply), matches.csv (each treatment's neighbour under each "
         "rule), and a table to the "
         "standard output. Several profiles give one row each; the files then tell of the first, and "
         "metrics.json lists all under "
         "compared.\n\n"
         "Example:\n"
         "  cytoscale evaluate --profiles wells.csv --metrics metrics.json --class Metadata_moa \\\n"
         "    --control Metadata_Compound=DMSO --batch-from-plate '^[^_]+' --normalize tvn --lambda 0.01";
}

void EvaluateJob::declare(OptionSet& options) {
  declare_output(options, output_);
  options.add("profiles", profiles_, "well profiles, .csv or .h5ad; several to compare [DIR/profiles.h5ad]",
              "LIST");
  options.add("profile-names", names_, "what to call them in the table (default: their paths)");
  options.add("metrics", metrics_, "figures to write [DIR/metrics.json]");
  options.add("matches", matches_, "neighbours to write [matches.csv beside the metrics]");
  declare_roles(options, evaluate_.roles);
  declare_normalization(options, "normalize", evaluate_.normalize);
  options.group("Matching");
  declare_aggregate(options, "aggregate", evaluate_.aggregate, "of wells to treatments");
  options.add(
      "single-batch-classes", evaluate_.single_batch_classes,
      "classes that leave under NSCB since they occur in one batch only; auto finds them; empty: none");
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

void EvaluateJob::resolve() {
  if (output_.empty() && (profiles_.empty() || metrics_.empty())) {
    throw Error("the place of the files is not given", "--output",
                "Give --output DIR, or --profiles and --metrics");
  }
  if (profiles_.empty()) profiles_ = {(output_ / "profiles.h5ad").string()};
  if (metrics_.empty()) metrics_ = output_ / "metrics.json";
  if (matches_.empty()) matches_ = metrics_.parent_path() / "matches.csv";
  if (names_.empty()) names_ = profiles_;
  if (names_.size() != profiles_.size()) {
    throw Error(std::to_string(names_.size()) + " names are given for " + std::to_string(profiles_.size()) +
                    " profiles",
                "--profile-names", "Give one name for each");
  }
  evaluate_.validate();
}

Evaluation EvaluateJob::evaluate_file(const std::string& path, const std::string& name, Log& log) const {
  auto profiles = read_profiles(path);
  if (!profiles.text_columns.empty()) {
    log.info(name + ": taken as metadata, since not numbers: " + join(profiles.text_columns, ", "));
  }
  auto evaluation = evaluate_profiles(std::move(profiles), evaluate_, path);
  for (const auto& feature : evaluation.dropped) log.warning(name + ": feature dropped: " + feature);
  for (const auto& note : evaluation.notes) log.info(name + ": " + note);
  return evaluation;
}

void EvaluateJob::write_metrics(const std::vector<NamedEvaluation>& evaluations) {
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
  std::map<std::string, std::filesystem::path> files;
  for (std::size_t i = 0; i < profiles_.size(); ++i) {
    files[i ? "profiles_" + std::to_string(i + 1) : "profiles"] = profiles_[i];
  }
  const auto options =
      without_places(resolved_options(*this), {"output", "profiles", "profile-names", "metrics", "matches"});
  json["provenance"] = make_provenance("evaluate", options, {}, files);
  write_file_atomically(metrics_, json.dump(2) + "\n");
}

void EvaluateJob::print(const std::vector<NamedEvaluation>& evaluations) const {
  std::cout << score_text(evaluations);
  const auto& first = evaluations[0].second;
  if (!first.single_batch_classes.empty()) {
    std::cout << "in one batch only, not asked under NSCB: " << join(first.single_batch_classes, ", ")
              << "\n";
  }
  for (const auto rule : {MatchRule::nsc, MatchRule::nscb_disjoint}) {
    if (const auto* result = first.rule(rule)) std::cout << "\n" << confusion_text(first.treatments, *result);
  }
  std::cout << std::flush;
}

void EvaluateJob::execute(JobContext& context) {
  on_root(context.comm, [&] {
    std::vector<NamedEvaluation> evaluations;
    for (std::size_t i = 0; i < profiles_.size(); ++i) {
      evaluations.emplace_back(names_[i], evaluate_file(profiles_[i], names_[i], context.log));
    }
    write_csv(matches_, matches_table(evaluations[0].second));
    write_metrics(evaluations);
    print(evaluations);
    context.log.info("wrote " + metrics_.string() + " and " + matches_.filename().string());
  });
}

}  // namespace

std::unique_ptr<Job> make_evaluate_job() {
  return std::make_unique<EvaluateJob>();
}

}  // namespace cytoscale
