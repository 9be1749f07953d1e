#include <algorithm>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "mpi/agree.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::jobs {
namespace {
namespace fs = std::filesystem;

// One link of the chain: a job with some of its options fixed.
struct Stage {
  std::string label;  // names its stamp, e.g. "embed" and "embed-untrained"
  std::unique_ptr<Job> job;
  std::map<std::string, std::string> fixed;
  cli::OptionSet options;
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
           "options of the config file and the command line. A job whose options, inputs and outputs are "
           "as they were when it completed is skipped, and the log says so; a run that was stopped is "
           "continued by the same command.\n\n"
           "With --crop-store the pixels around every cell are written to disk once, and training reads "
           "those: for screens whose images do not fit the memory of a node. With --model the given "
           "weights are used and nothing is trained. With --compare-untrained the same network with random "
           "weights embeds the screen too (OUTPUT/untrained/), and evaluate shows both.\n\n"
           "Leaves in OUTPUT: cells.h5, illumination.h5, model/, embeddings.h5ad, profiles.h5ad, "
           "profiles.csv, treatments.csv, metrics.json, matches.csv, failures.csv, and state/ with what is "
           "complete.\n\n"
           "  mpirun -n 2 cytoscale run --config config/quickstart.cfg --output results\n"
           "  mpirun -n 8 cytoscale run --config screen.cfg --output results --model other/model";
  }

  void declare(cli::OptionSet& options) override {
    declare_output(options, output_);
    options.group("Chain");
    options.add("model", given_model_, "use these weights (folder or .safetensors) instead of training",
                "PATH");
    options.add("crop-store", crop_store_, "write a crop store, and train from it");
    options.add("compare-untrained", compare_untrained_,
                "embed with the untrained network too, and show both");
    for (auto& stage : stages_) {
      stage.options = cli::OptionSet();
      stage.job->declare(stage.options);
    }
    for (auto& stage : stages_) {
      for (const auto& option : stage.options.options()) {
        if (!options.find(option.key)) options.add(shared(option));
      }
    }
  }

  void resolve() override {
    if (output_.empty()) throw Error("no folder for the results is given", "--output", "Name one");
    for (auto& stage : stages_) stage.options.assign({{"output", output_.string()}});
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
    for (auto& stage : stages_) {
      stage.options.assign(stage.fixed);
      stage.job->resolve();
    }
  }

  void execute(JobContext& context) override {
    mpi::on_root(context.comm, [&] { fs::create_directories(output_); });
    for (auto& stage : stages_) {
      const auto options = resolved_options(*stage.job);
      bool current = false;
      mpi::together(context.comm, [&] {
        std::string why;
        if (stage.label == "evaluate") {
          why = "a run ends with its table";
        } else {
          current = store::is_current(output_, stage.label, options, stage.job->inputs(),
                                      stage.job->outputs(), &why);
        }
        if (!current) context.log.info(stage.label + ": " + (why.empty() ? "not complete" : why));
      });
      // Files are seen through each rank's own eyes: one that sees them incomplete is enough to run the job.
      if (context.comm.sum(current ? 0 : 1) == 0) {
        context.log.info(stage.label + ": complete, skipped");
        continue;
      }
      const double start_s = context.clock.now_s();
      stage.job->execute(context);
      context.comm.barrier();
      mpi::on_root(context.comm, [&] {
        store::write_stamp(
            output_, store::make_stamp(stage.label, options, stage.job->inputs(), stage.job->outputs()));
      });
      context.log.info(stage.label + ": done in " + duration_text(context.clock.now_s() - start_s));
    }
  }

 private:
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

  // One key, all jobs that know it.
  cli::OptionSet::Option shared(const cli::OptionSet::Option& option) {
    auto made = option;
    made.set = [this, key = option.key](const std::string& text) {
      for (auto& stage : stages_) stage.options.assign({{key, text}});
    };
    return made;
  }

  fs::path output_ = "results", given_model_;
  bool crop_store_ = false, compare_untrained_ = false;
  std::vector<Stage> stages_;
};

}  // namespace

std::unique_ptr<Job> make_run_job() {
  return std::make_unique<RunJob>();
}

}  // namespace cytoscale::jobs
