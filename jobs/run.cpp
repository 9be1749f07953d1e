#include <algorithm>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/version.hpp"
#include "jobs/job.hpp"
#include "mpi/agree.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::jobs {
namespace {
namespace fs = std::filesystem;

// One link of the chain: a job with some of its options fixed.
struct Stage {
  std::string label;  // names its stamp, e.g. "embed" and "embed-untrained"
  std::unique_ptr<Job> job;
  std::map<std::string, std::string> fixed;
};

class RunJob final : public Job {
 public:
  RunJob() {
    add("illuminate", make_illuminate_job());
    add("segment", make_segment_job());
    add("crop", make_crop_job());
    add("train", make_train_job());
    add("embed", make_embed_job());
    add("reduce", make_reduce_job());
    add("embed-untrained", make_embed_job());
    add("reduce-untrained", make_reduce_job());
    add("evaluate", make_evaluate_job());
  }

  std::string name() const override { return "run"; }
  std::string summary() const override { return "the whole chain, from images to matched treatments"; }
  std::string description() const override {
    return "Runs illuminate, segment, train, embed, reduce and evaluate one after the other, each with its "
           "options of the config file and the command line. A job is done anew when something that it reads "
           "has changed: its options, the fields and images of the screen, the metadata columns that it "
           "uses, "
           "its input files, the program. Else it is skipped, and the log says so; --explain tells why for "
           "each, and computes nothing. A run that was stopped is continued by the same command.\n\n"
           "With --crop-store the pixels around every cell are written to disk once, and training reads "
           "those: for screens whose images do not fit the memory of a node. With --model the given "
           "weights are used and nothing is trained. With --compare-untrained the same network with random "
           "weights embeds the screen too (OUTPUT/untrained/), and evaluate shows both. --until ends the "
           "chain "
           "after a job.\n\n"
           "Leaves in OUTPUT: cells.h5, illumination.h5, model/, embeddings.h5ad, profiles.h5ad, "
           "profiles.csv, treatments.csv, metrics.json, matches.csv, failures.csv, and state/ with what is "
           "complete.\n\n"
           "  mpirun -n 2 cytoscale run --config config/quickstart.cfg --output results\n"
           "  mpirun -n 8 cytoscale run --config screen.cfg --output results --model other/model";
  }

  void declare(cli::OptionSet& options) override {
    declare_output(options, output_);
    options.group("Chain");
    options.add("model", given_model_, "use these weights (folder or .safetensors) instead of training")
        .value("PATH");
    options.add("crop-store", crop_store_, "write a crop store, and train from it");
    options.add("compare-untrained", compare_untrained_,
                "embed with the untrained network too, and show both");
    options.add("explain", explain_, "tell for each job why it is skipped or done, and do nothing")
        .resource();
    options.add("until", until_, "end the chain after this job").value("JOB").resource();
    options
        .add("image-digest", image_digest_,
             "what tells whether an image has changed: its size, time of change and inode, or its content")
        .resource();
    for (auto& stage : stages_)
      for (const auto& option : stage.job->options().options())
        if (!options.find(option.key)) options.add(shared(option));
  }

  fs::path locked_folder() override { return explain_ ? fs::path() : output_; }

  void resolve() override {
    if (output_.empty()) throw Error("no folder for the results is given", "--output", "Name one");
    for (auto& stage : stages_) stage.job->options().assign({{"output", output_.string()}});
    const auto model = given_model_.empty() ? output_ / "model" : given_model_;
    const auto untrained = output_ / "untrained";
    const auto cells = (output_ / "cells.h5").string();
    fix("train", {{"model", model.string()}});
    fix("embed", {{"model", model.string()}});
    fix("embed-untrained",
        {{"model", "untrained"}, {"embeddings", (untrained / "embeddings.h5ad").string()}, {"cells", cells}});
    fix("reduce-untrained", {{"embeddings", (untrained / "embeddings.h5ad").string()},
                             {"profiles", (untrained / "profiles.h5ad").string()}});
    if (compare_untrained_) {
      const auto both = (output_ / "profiles.h5ad").string() + "," + (untrained / "profiles.h5ad").string();
      fix("evaluate", {{"profiles", both}, {"profile-names", "trained,untrained"}});
    }
    std::erase_if(stages_, [&](const Stage& stage) {
      return (stage.label == "train" && !given_model_.empty()) ||
             (stage.label == "crop" && (!crop_store_ || !given_model_.empty())) ||
             (stage.label.ends_with("-untrained") && !compare_untrained_);
    });
    end_chain();
    for (auto& stage : stages_) {
      stage.job->options().assign(stage.fixed);
      stage.job->resolve();
    }
  }

  void execute(const mpi::RunContext& context) override {
    screen::Screen screen;
    mpi::together(context.comm, [&] { screen = screen::read_manifest(manifest()); });
    mpi::on_root(context.comm, [&] { check_stages({screen, context.comm.size(), {}}); });
    for (auto& stage : stages_) {
      mpi::stop_if_asked(context.comm);
      const auto stale = staleness_of(context, screen, stage);
      context.log.info(stage.label + ": " + (stale.why.empty() ? "complete, skipped" : stale.why));
      if (explain_ || stale.why.empty()) continue;
      if (stage.label == "train" && stale.by_reads) stage.job->options().assign({{"retrain", "other"}});
      const double start_s = context.clock.now_s();
      stage.job->execute(context);
      context.comm.barrier();
      auto now = stamp_of(context, screen, stage, nullptr);
      mpi::on_root(context.comm, [&] { store::write_stamp(output_, stage.label, now); });
      context.log.info(stage.label + ": done in " + duration_text(context.clock.now_s() - start_s));
    }
  }

 private:
  void check_stages(Outset outset) {
    for (auto& stage : stages_) {
      stage.job->check(outset);
      const auto written = files_of(*stage.job, cli::OptionKind::output);
      outset.made.insert(outset.made.end(), written.begin(), written.end());
    }
  }

  void add(const std::string& label, std::unique_ptr<Job> job) {
    Stage stage;
    stage.label = label;
    stage.job = std::move(job);
    stages_.push_back(std::move(stage));
  }

  void fix(const std::string& label, std::map<std::string, std::string> values) {
    for (auto& stage : stages_) {
      if (stage.label == label) stage.fixed = std::move(values);
    }
  }

  void end_chain() {
    if (until_.empty()) return;
    const auto last =
        std::find_if(stages_.begin(), stages_.end(), [&](const auto& s) { return s.label == until_; });
    std::vector<std::string> labels;
    for (const auto& stage : stages_) labels.push_back(stage.label);
    if (last == stages_.end())
      throw Error("the chain has no job '" + until_ + "'", "--until", "It has " + join(labels, ", "));
    // With --compare-untrained, what ends at embed or reduce does both.
    const auto twin = std::find_if(stages_.begin(), stages_.end(),
                                   [&](const auto& s) { return s.label == until_ + "-untrained"; });
    stages_.erase((twin == stages_.end() ? last : twin) + 1, stages_.end());
  }

  // One key, all jobs that know it.
  cli::Option shared(const cli::Option& option) {
    auto made = option;
    made.set = [this, key = option.key](const std::string& text) {
      for (auto& stage : stages_) stage.job->options().assign({{key, text}});
    };
    return made;
  }

  screen::ManifestOptions manifest() {
    screen::ManifestOptions manifest;
    cli::OptionSet options;
    declare_manifest(options, manifest);
    std::map<std::string, std::string> values;
    for (const auto& option : options.options()) values[option.key] = this->options().find(option.key)->get();
    options.assign(values);
    return manifest;
  }

  // What the stage would read now. Collective: yes.
  store::Stamp stamp_of(const mpi::RunContext& context, const screen::Screen& screen, Stage& stage,
                        const std::optional<store::Stamp>* then) {
    store::Stamp now{stage.label,
                     version_text(),
                     stage.job->options().to_json({cli::OptionKind::result}),
                     pipeline::screen_reads(context.comm, screen, stage.job->screen_use(), image_digest_),
                     {}};
    mpi::on_root(context.comm, [&] {
      for (const auto& [key, paths] : stage.job->options().files(cli::OptionKind::input)) {
        const store::ReadState* before = nullptr;
        if (then && *then && (*then)->reads.contains(key)) before = &(*then)->reads.at(key);
        now.reads[key] = store::read_state(paths, before);
      }
      now.outputs = store::output_states(files_of(*stage.job, cli::OptionKind::output));
    });
    return now;
  }

  // The same on all ranks: rank 0 judges. Collective: yes.
  store::Staleness staleness_of(const mpi::RunContext& context, const screen::Screen& screen, Stage& stage) {
    if (stage.label == "evaluate") return {"a run ends with its table", false};
    std::optional<store::Stamp> then;
    mpi::on_root(context.comm, [&] { then = store::read_stamp(output_, stage.label); });
    const auto now = stamp_of(context, screen, stage, &then);
    store::Staleness stale;
    if (context.comm.root()) stale = store::staleness(then, now);
    stale.why = context.comm.broadcast(stale.why);
    stale.by_reads = context.comm.max(stale.by_reads ? 1 : 0) > 0;
    return stale;
  }

  fs::path output_ = "results", given_model_;
  bool crop_store_ = false, compare_untrained_ = false, explain_ = false;
  std::string until_;
  pipeline::ImageDigest image_digest_ = pipeline::ImageDigest::stat;
  std::vector<Stage> stages_;
};

}  // namespace

std::unique_ptr<Job> make_run_job() {
  return std::make_unique<RunJob>();
}

}  // namespace cytoscale::jobs
