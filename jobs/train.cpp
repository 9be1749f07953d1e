#include "learn/run/train.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "jobs/shared/training_options.hpp"
#include "jobs/shared/training_pixels.hpp"
#include "learn/run/checkpoints.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "network/device.hpp"
#include "network/model_file.hpp"
#include "prepare/failure_report.hpp"
#include "prepare/field_table.hpp"
#include "screen/failures.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::jobs {
namespace {

std::string percent(double fraction) {
  return number_text(std::round(fraction * 1000) / 10) + " %";
}

class TrainJob final : public Job {
 public:
  std::string name() const override { return "train"; }
  std::string summary() const override {
    return "teach a network to tell treatments apart, cell by cell: model/";
  }
  std::string description() const override {
    return "Weakly supervised training (Caicedo et al. 2018): the label of a cell is its well's treatment, "
           "nothing else is taught. A label is drawn with equal probability, then a cell of it; its crop "
           "is cut out of the corrected field, flipped, turned and shifted at random, and each channel "
           "divided by its maximum. Classes such as the mechanism of action are never seen.\n\n"
           "Data parallel over ranks and threads: a batch of --batch-size cells is cut into shards of "
           "--shard-size, each a pass of its own on one thread; gradients are summed while backward still "
           "runs, in an order that ranks and threads do not change. So any number of them gives the same "
           "losses and the same weights, bit for bit (not with --batch-norm sync, nor on a GPU: up to "
           "rounding, which training amplifies). A batch needs a shard for every rank, and keeps no more "
           "threads busy than it has shards: raise --batch-size for many cores.\n\n"
           "Two regularizers keep the network from learning what a plate or batch adds: with --regularizer "
           "mixup it sees two cells blended, of different replicates or batches, and must tell the share "
           "of each; with rnn it names the treatment of a group of --rnn-cells cells from different "
           "batches and replicates, by a recurrent part that only training needs.\n\n"
           "Whole wells are held out for validation, never single cells: --validation-fraction of each "
           "treatment's wells (or of the plates or batches: --hold-out), or the wells where "
           "--validation-column has one of --validation-values. --test-treatments are neither trained on "
           "nor validated.\n\n"
           "Reads the manifest, its images, OUTPUT/cells.h5 and OUTPUT/illumination.h5 if it is there. All "
           "fields of the training set are held in memory, 2 bytes a pixel, on each rank (--image-memory "
           "is the limit); for larger screens the job `crop` writes OUTPUT/crops.h5, which is used instead "
           "of the images where it is there. Writes into OUTPUT/model: model.safetensors (weights by "
           "torchvision's names), checkpoint_STEP.safetensors (the last two, with all of the run's state), "
           "train_log.csv, training_wells.csv (which wells trained, which were held out). A run that was "
           "stopped continues from its last checkpoint; a finished model of the same options is left as it "
           "is; one of other options is an error unless --retrain discards it.\n\n"
           "  mpirun -n 2 cytoscale train --manifest screen.csv --output results --crop-size 64 --epochs 10\n"
           "  cytoscale train --manifest screen.csv --output results --precision bf16 \\\n"
           "      --validation-column Metadata_Replicate --validation-values 4";
  }
  void declare(cli::OptionSet& options) override {
    declare_output(options, output_);
    options.add("model", model_, "folder of the model (default: OUTPUT/model)").value("DIR").writes([this] {
      return cli::Paths{model_ / "model.safetensors"};
    });
    options.add("cells", cells_, "cell table (default: OUTPUT/cells.h5)").reads([this] {
      return options_.over_fields() ? cli::Paths{} : cli::Paths{cells_};
    });
    declare_illumination(options, illumination_, output_);
    pixels_.declare_files(options, [this] { return store(); });
    declare_retrain(options);
    declare_manifest(options, manifest_);
    declare_roles(options, roles_);
    declare_training_data(options, options_);
    declare_regularization(options, options_);
    declare_learning(options, options_);
    declare_pass(options, pass_);
    options.add("device", options_.device, "auto (a GPU where there is one), cpu or cuda")
        .value("DEVICE")
        .resource();
    declare_precision(options, options_.precision);
    options.add("image-memory", options_.image_memory_gib, "limit for the training images, of each rank")
        .value("GIB")
        .resource();
    pixels_.declare_machine(options);
  }
  void resolve() override {
    if (model_.empty()) model_ = output_ / "model";
    if (cells_.empty()) cells_ = output_ / "cells.h5";
    options_.validate();
    roles_.validate();
    manifest_.validate();
  }
  pipeline::ScreenUse screen_use() const override {
    return {
        .fields = true, .images = store().empty(), .columns = learn::label_columns(roles_, options_.split)};
  }

  void check(const Outset& outset) override {
    options_.validate_ranks(outset.ranks);
    learn::check_labels(outset.screen, roles_, options_);
    check_weights(static_cast<int>(outset.screen.channels.size()));
    network::check_device(options_.device);
  }

  void execute(const mpi::RunContext& context) override {
    screen::Screen screen;
    store::CellTable cells;
    learn::TrainingPlan plan;
    learn::TrainRun run{model_, {}, {}, context.log, context.clock};
    auto pass = pass_;
    const std::filesystem::path store = context.comm.broadcast(this->store().string());
    mpi::together(context.comm, [&] {
      options_.validate_ranks(context.comm.size());
      screen = screen::read_manifest(manifest_);
      if (options_.over_fields()) return;
      cells = store::read_cell_table(cells_);
      store::check_cells_match(cells, screen, cells_);
    });
    if (options_.over_fields()) cells = prepare::field_table(context.comm, screen);
    mpi::together(context.comm, [&] {
      plan = learn::plan_training(screen, cells, roles_, options_);
      learn::check_training(plan, options_);
      run.provenance = store::make_provenance(
          name(), resolved_options(*this), plan.screen_fingerprint,
          {{"cells", options_.over_fields() ? "" : cells_.string()}, {"illumination", illumination()}});
      run.identity = learn::training_identity(options_, plan);
      // What its pixels are made from: another illumination makes another training.
      run.identity["illumination"] = run.provenance.value("/inputs/illumination"_json_pointer, "none");
      pixels_.check(store, screen, cells, plan, options_, illumination(), run);
      const auto remark = check_weights(static_cast<int>(plan.channels.size()));
      if (!remark.empty()) context.log.info(options_.initial_weights.string() + ": " + remark);
    });
    mpi::on_root(context.comm, [&] {
      if (retrain_ == "true") learn::remove_run(model_);
      if (retrain_ == "other") learn::remove_other_run(model_, run.identity);
    });
    const auto found = learn::find_run(context.comm, model_, run.identity);
    if (found.complete) {
      context.log.info("the model in " + model_.string() +
                       " is complete, with these options: nothing to train");
      return;
    }
    announce(context, plan, found);
    pass.threads = mpi::threads_per_rank(context.comm, pass_.threads);
    const auto load = pixels_.load(context, store, screen, cells, plan.fields(), illumination(), pass);
    prepare::report_failures(context, screen, load.failures,
                             {output_ / "failures.csv", "train", pass_.max_failed_fields, 0});
    plan.drop_fields(fields_of(load.failures));
    auto options = options_;
    options.threads = pass.threads;
    report(context, learn::train(context.comm, plan, *load.images, options, run));
  }

 private:
  // Crop stores hold single cells.
  std::filesystem::path store() const {
    return options_.over_fields() ? std::filesystem::path() : pixels_.store(output_);
  }
  std::filesystem::path illumination() const {
    return existing_or_empty(illumination_, output_ / "illumination.h5");
  }
  std::string check_weights(int channels) const {
    if (options_.initial_weights.empty()) return {};
    return network::check_initial_weights(options_.initial_weights, {options_.architecture, channels, 0});
  }
  void announce(const mpi::RunContext& context, const learn::TrainingPlan& plan,
                const learn::FoundRun& found) const {
    for (const auto& remark : plan.remarks) context.log.info(remark);
    const std::string what = options_.over_fields() ? " fields" : " cells";
    context.log.info(
        count_text(plan.labels.size()) + " labels, " +
        count_text(static_cast<std::uint64_t>(plan.cells(false))) + what + " to train on, " +
        count_text(static_cast<std::uint64_t>(plan.cells(true))) + " in held-out wells; " +
        count_text(static_cast<std::uint64_t>(options_.total_steps(plan.cells(false)))) + " steps of " +
        std::to_string(options_.batch_size) +
        (options_.regularizer.cells_per_example() > 1
             ? " groups of " + std::to_string(options_.regularizer.cells_per_example()) + " cells"
             : " " + options_.examples));
    if (found.checkpoint) context.log.info("continuing from " + found.checkpoint->string());
  }
  static std::vector<std::size_t> fields_of(const std::vector<screen::FieldFailure>& failures) {
    std::vector<std::size_t> fields;
    for (const auto& failure : failures) fields.push_back(failure.field);
    return fields;
  }
  void declare_retrain(cli::OptionSet& options) {
    options
        .add_choice(
            "retrain", {"false", "true", "other"},
            "discard the model and checkpoints that are there; other: where they are of other options or "
            "data",
            [this](const std::string& word) { retrain_ = word; }, [this] { return retrain_; })
        .resource()
        .is_switch = true;
  }
  void report(const mpi::RunContext& context, const learn::TrainResult& result) const {
    std::string text = std::string(result.stopped_early ? "stopped early after " : "trained ") +
                       count_text(static_cast<std::uint64_t>(result.steps)) + " steps, " +
                       count_text(static_cast<std::uint64_t>(result.cells_per_s)) + " " + options_.examples +
                       "/s; loss " + number_text(std::round(result.loss * 1000) / 1000) + ", accuracy " +
                       percent(result.accuracy);
    if (result.validation_accuracy)
      text += "; held-out wells: loss " + number_text(std::round(*result.validation_loss * 1000) / 1000) +
              ", accuracy " + percent(*result.validation_accuracy);
    context.log.info(text);
  }

  std::filesystem::path output_ = ".", model_, cells_, illumination_;
  screen::ManifestOptions manifest_;
  screen::ColumnRoles roles_;
  learn::TrainOptions options_;
  TrainingPixels pixels_;
  std::string retrain_ = "false";
  prepare::FieldPassOptions pass_ = {.threads = 0};
};

}  // namespace

std::unique_ptr<Job> make_train_job() {
  return std::make_unique<TrainJob>();
}

}  // namespace cytoscale::jobs
