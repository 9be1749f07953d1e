// evaluate: how well profiles tell which treatments act alike, or predictions what is in a picture.
#include "core/error.hpp"
#include "core/text/text.hpp"
#include "evaluate/matching/well_labels.hpp"
#include "jobs/job.hpp"
#include "jobs/shared/prediction_scores.hpp"
#include "jobs/shared/profile_options.hpp"
#include "jobs/shared/profile_scores.hpp"
#include "mpi/agree.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::jobs {
namespace {

class EvaluateJob final : public Job {
 public:
  std::string name() const override { return "evaluate"; }
  std::string summary() const override {
    return "match treatments by their profiles: NSC, NSCB, replicates, mAP, Z'";
  }
  std::string description() const override;
  void declare(cli::OptionSet& options) override;
  void resolve() override;
  void check(const Outset& outset) override {
    std::vector<std::string> notes;
    evaluate::read_well_labels(screen::metadata_table(outset.screen), profiles_.evaluate.roles,
                               "the manifest", notes);
  }
  void execute(const mpi::RunContext& context) override;

 private:
  cli::Paths written() const;
  nlohmann::json provenance();
  std::filesystem::path output_, metrics_;
  ProfileScores profiles_;
  PredictionScores predictions_;
};

std::string EvaluateJob::description() const {
  return "Reads well profiles of any tool (CSV: columns Metadata_... and those that are not numbers are "
         "metadata, the others features; or AnnData .h5ad), normalizes them where --normalize asks for it, "
         "averages wells to treatments and matches each treatment to its nearest neighbor by cosine "
         "similarity. Controls are neither queries nor candidates.\n\n"
         "NSC: the neighbor is of another compound; is it of the same class? NSCB: it also shares no "
         "batch with the query (disjoint), or has another set of batches (joined, as in published "
         "notebooks). Classes that occur in one batch only leave as queries under NSCB, and under joined "
         "as candidates too. Replicate accuracy: is a well's nearest neighbor of its treatment? "
         "Compound/gene accuracy: is a treatment's nearest neighbor of its compound or gene? Both count "
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
         "With --predictions the predictions of a network are evaluated instead: accuracy, mean class "
         "accuracy, precision, recall, average precision and confusion, of fields (or cells), of wells and "
         "of "
         "what are replicates; written to metrics.json, per_label.csv and predicted.csv.\n\n"
         "Writes metrics.json (the metrics that apply), matches.csv (each treatment's neighbor under each "
         "rule), per_class.csv, retrieval.csv (mAP and correlation of each treatment and class), sweep.csv "
         "and sweep.svg, and tables to the standard output. Several profiles give one row each; the files "
         "then tell of the first, and metrics.json lists all under compared.\n\n"
         "Examples:\n"
         "  cytoscale evaluate --profiles wells.csv --metrics metrics.json --class Metadata_moa \\\n"
         "    --control Metadata_Compound=DMSO --batch-from-plate '^[^_]+' --normalize tvn --lambda 0.01\n"
         "  cytoscale evaluate --output results --sweep        after: run --layers conv2a,conv4a,conv5b "
         "...";
}

void EvaluateJob::declare(cli::OptionSet& options) {
  declare_output(options, output_);
  options
      .add("profiles", profiles_.profiles,
           "well profiles, .csv or .h5ad; several to compare [DIR/profiles.h5ad]")
      .value("LIST")
      .reads([this] { return predictions_.wanted() ? cli::Paths{} : profiles_.files(); });
  options.add("profile-names", profiles_.names, "what to call them in the table (default: their paths)")
      .resource();
  options.add("metrics", metrics_, "figures to write, the other files beside it [DIR/metrics.json]")
      .writes([this] { return written(); });
  options.add("matches", profiles_.matches, "neighbors to write [matches.csv beside the metrics]").resource();
  declare_roles(options, profiles_.evaluate.roles);
  profiles_.declare(options);
  predictions_.declare(options);
}

void EvaluateJob::resolve() {
  const bool named = predictions_.wanted() || !profiles_.profiles.empty();
  if (output_.empty() && (!named || metrics_.empty())) {
    for (const auto& path : profiles_.profiles)
      if (!std::filesystem::exists(path)) throw Error("there is no such file", path, "Check --profiles");
    throw Error("the place of the files is not given", "--output",
                "Give --output DIR, or --profiles (or --predictions) and --metrics");
  }
  if (metrics_.empty()) metrics_ = output_ / "metrics.json";
  profiles_.resolve(output_, metrics_);
}

cli::Paths EvaluateJob::written() const {
  auto files = predictions_.wanted() ? PredictionScores::tables(metrics_) : profiles_.tables(metrics_);
  files.insert(files.begin(), metrics_);
  return files;
}

nlohmann::json EvaluateJob::provenance() {
  std::map<std::string, std::filesystem::path> files;
  const std::string role = predictions_.wanted() ? "predictions" : "profiles";
  const auto paths = predictions_.wanted() ? cli::Paths{predictions_.predictions} : profiles_.files();
  for (std::size_t i = 0; i < paths.size(); ++i)
    files[i ? role + "_" + std::to_string(i + 1) : role] = paths[i];
  return store::make_provenance("evaluate", resolved_options(*this), {}, files);
}

void EvaluateJob::execute(const mpi::RunContext& context) {
  mpi::on_root(context.comm, [&] {
    if (predictions_.wanted())
      predictions_.write(profiles_.evaluate.roles, profiles_.evaluate.bootstrap, metrics_, provenance(),
                         context.log);
    else
      profiles_.write(metrics_, provenance(), context.log);
    context.log.info("wrote " + metrics_.string() + " and " + std::to_string(written().size() - 1) +
                     " tables and figures beside it");
  });
}

}  // namespace

std::unique_ptr<Job> make_evaluate_job() {
  return std::make_unique<EvaluateJob>();
}

}  // namespace cytoscale::jobs
