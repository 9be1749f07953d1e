#include "learn/train.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "jobs/job.hpp"
#include "jobs/training_pixels.hpp"
#include "learn/checkpoints.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "network/model_file.hpp"
#include "screen/failures.hpp"
#include "store/stamp.hpp"

namespace cytoscale {
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
  void declare(OptionSet& options) override {
    declare_output(options, output_);
    options.add("model", model_, "folder of the model (default: OUTPUT/model)", "DIR");
    options.add("cells", cells_, "cell table (default: OUTPUT/cells.h5)");
    options.add("illumination", illumination_,
                "illumination functions (default: OUTPUT/illumination.h5 if present)");
    pixels_.declare_files(options);
    options.add("retrain", retrain_, "discard the model and checkpoints that are there");
    declare_manifest(options, manifest_);
    declare_roles(options, roles_);
    declare_data(options);
    declare_regulariser(options);
    declare_learning(options);
    declare_failures(options, max_failed_fields_);
    options.group("Machine");
    options.add("threads", options_.threads, "threads per rank (0: this rank's share of the processors)");
    options.add("device", options_.device, "auto (a GPU where there is one), cpu or cuda", "DEVICE");
    declare_precision(options, options_.precision);
    options.add("image-memory", options_.image_memory_gib, "limit for the training images, of each rank",
                "GIB");
    pixels_.declare_machine(options);
  }
  void resolve() override {
    if (model_.empty()) model_ = output_ / "model";
    if (cells_.empty()) cells_ = output_ / "cells.h5";
    options_.validate();
    roles_.validate();
    manifest_.validate();
  }
  std::vector<std::filesystem::path> inputs() const override {
    std::vector<std::filesystem::path> paths = {manifest_.manifest, cells_, illumination()};
    if (const auto store = pixels_.store(output_); !store.empty()) paths.push_back(store);
    return paths;
  }
  std::vector<std::filesystem::path> outputs() const override { return {model_ / "model.safetensors"}; }

  void execute(JobContext& context) override {
    Screen screen;
    CellTable cells;
    TrainingPlan plan;
    TrainRun run{model_, {}, {}, context.log, context.clock};
    const std::filesystem::path store = context.comm.broadcast(pixels_.store(output_).string());
    together(context.comm, [&] {
      options_.validate_ranks(context.comm.size());
      screen = read_manifest(manifest_);
      cells = read_cell_table(cells_);
      check_cells_match(cells, screen, cells_);
      plan = plan_training(screen, cells, roles_, options_.split, options_.seed);
      check_training(plan, options_);
      run.provenance = make_provenance(name(), resolved_options(*this), plan.screen_fingerprint,
                                       {{"cells", cells_}, {"illumination", illumination()}});
      run.identity = training_identity(options_, plan);
      pixels_.check(store, screen, cells, plan, options_, illumination(), run);
      check_weights(context, static_cast<int>(plan.channels.size()));
    });
    if (retrain_) on_root(context.comm, [&] { remove_run(model_); });
    const auto found = find_run(context.comm, model_, run.identity);
    if (found.complete) {
      context.log.info("the model in " + model_.string() +
                       " is complete, with these options: nothing to train");
      return;
    }
    announce(context, plan, found);
    const int threads = threads_per_rank(context.comm, options_.threads);
    const auto load = pixels_.load(context, store, screen, cells, plan.fields(), illumination(), threads);
    leave_out(context, screen, load.failures, plan);
    report(context, train(context.comm, plan, *load.images, options_, run));
  }

 private:
  void declare_data(OptionSet& options) {
    auto& split = options_.split;
    options.group("Training cells");
    options.add("crop-size", options_.crop_px, "side of the square window around a cell", "PX");
    options.add("crop-normalization", options_.crop_normalisation,
                "each channel of a crop: maximum, minmax, zscore or none", "HOW");
    options.add("train-select", split.select, "train on fields with COLUMN=VALUE only (comma: all must hold)",
                "COL=VAL");
    options.add("exclude-controls", split.exclude_controls, "do not make the negative controls a label");
    options.add(
        "test-treatments", split.test_treatments,
        "treatments (as the log names them, e.g. taxol_0.3) that are neither trained on nor validated: "
        "what is learnt is tested on them");
    options.add("test-fraction", split.test_fraction, "instead: this share of the treatments, drawn", "X");
    options.add(
        "hold-out", split.hold_out,
        "what validates: replicate (wells of each treatment), or whole plates or batches: plate, batch",
        "WHAT");
    options.add("validation-fraction", split.validation_fraction,
                "share held out of each treatment's wells, of the plates or of the batches", "X");
    options.add("validation-column", split.validation_column, "instead: hold out by this column", "COLUMN");
    options.add("validation-values", split.validation_values, "and these values of it");
    options.add(
        "single-wells", split.single_wells,
        "treatments of one well, which cannot be held out: error, drop (leave out) or train (unvalidated)",
        "WHAT");
    options.add("validation-cells", options_.validation_cells, "validate on at most this many cells");
    options.add("max-cells-per-well", split.max_cells_per_well,
                "use at most this many cells of a well (0: all)");
    options.add("sample-replicates", options_.sample_replicates,
                "draw label, then well, then cell; else label, then cell");
    options.add("augment-flip", options_.augment.flip, "mirror crops at random");
    options.add("augment-rotate", options_.augment.rotate, "turn crops by random angles");
    options.add("augment-translation", options_.augment.translation_px, "shift crops by up to this much",
                "PX");
    options.add("augment-background", options_.augment.background,
                "add light to each channel or take it away, up to this share of its brightest pixel");
    options.add("augment-blur", options_.augment.blur_px,
                "blur each channel by a Gaussian of up to this sigma", "PX");
  }
  void declare_regulariser(OptionSet& options) {
    auto& regulariser = options_.regulariser;
    options.group("Regularization");
    options.add("regularizer", regulariser.kind,
                "baseline (a cell, its label), mixup (two cells blended) or rnn (groups of cells)", "NAME");
    options.add("mixup-alpha", regulariser.mixup_alpha, "share of the blend is drawn from Beta(alpha, alpha)",
                "X");
    options.add("mixup-partner", regulariser.mixup_partner,
                "the second cell is of another: replicate (well) or batch", "WHAT");
    options.add("rnn-cells", regulariser.rnn_cells, "cells of a group");
    options.add("label-smoothing", options_.label_smoothing, "share of the target spread over all labels",
                "X");
    options.add("weight-decay", options_.weight_decay, "of convolutions and the last layer", "X");
    options.add("early-stopping", options_.early_stopping,
                "end after so many validations without a lower loss, with the best weights (0: never)");
  }
  void declare_learning(OptionSet& options) {
    options.group("Learning");
    options.add("seed", options_.seed, "of initial weights, draws and augmentation");
    options.add("architecture", options_.architecture, "the network: " + join(known_architectures(), ", "),
                "NAME");
    options.add(
        "initial-weights", options_.initial_weights,
        "start from this model (folder or .safetensors; torchvision's or timm's too); the last layer starts "
        "anew",
        "PATH");
    options.add("epochs", options_.epochs, "how often as many cells are drawn as there are", "X");
    options.add("steps", options_.steps, "batches to train on (0: by --epochs)");
    options.add("batch-size", options_.batch_size,
                "examples (cells; of rnn, groups) per step, over all ranks");
    options.add("optimizer", options_.optimiser, "adamw or sgd (with Nesterov momentum)", "NAME");
    options.add("learning-rate", options_.learning_rate,
                "highest learning rate (0: 0.001 for adamw, 0.02 for sgd)", "X");
    options.add("schedule", options_.schedule, "of the learning rate: cosine, constant, step or plateau",
                "NAME");
    options.add("warmup-steps", options_.warmup_steps, "steps of linear increase at the start");
    options.add("schedule-steps", options_.schedule_steps, "step: steps between reductions");
    options.add("schedule-factor", options_.schedule_factor, "step, plateau: what the rate is multiplied by",
                "X");
    options.add("schedule-patience", options_.schedule_patience,
                "plateau: validations without a lower loss before a reduction");
    options.add("momentum", options_.momentum, "of sgd", "X");
    options.add("clip-norm", options_.clip_norm, "longest gradient (0: any)", "X");
    options.add("divergence", options_.divergence,
                "stop where the loss of 20 steps is above so many times that of guessing", "X");
    options.add("shard-size", options_.shard_size, "examples that pass the network together, on one thread");
    options.add("batch-norm", options_.batch_norm,
                "statistics: local (of each shard), frozen, or sync (over ranks)", "HOW");
    options.add(
        "reproducible", options_.reproducible,
        "the same weights, bit for bit, for any number of ranks: sums in a fixed order on GPUs too (slower), "
        "options that cannot are refused");
    options.add("log-every", options_.log_every, "steps between rows of train_log.csv");
    options.add("validate-every", options_.validate_every, "steps between validations");
    options.add("checkpoint-every", options_.checkpoint_every, "steps between checkpoints");
  }
  std::filesystem::path illumination() const {
    return file_at_hand(illumination_, output_ / "illumination.h5");
  }
  void check_weights(JobContext& context, int channels) const {
    if (options_.initial_weights.empty()) return;
    const auto remark = check_initial_weights(options_.initial_weights, {options_.architecture, channels, 0});
    if (!remark.empty()) context.log.info(options_.initial_weights.string() + ": " + remark);
  }
  void announce(JobContext& context, const TrainingPlan& plan, const FoundRun& found) const {
    for (const auto& remark : plan.remarks) context.log.info(remark);
    context.log.info(
        count_text(plan.labels.size()) + " labels, " +
        count_text(static_cast<std::uint64_t>(plan.cells(false))) + " cells to train on, " +
        count_text(static_cast<std::uint64_t>(plan.cells(true))) + " in held-out wells; " +
        count_text(static_cast<std::uint64_t>(options_.total_steps(plan.cells(false)))) + " steps of " +
        std::to_string(options_.batch_size) +
        (options_.regulariser.cells_per_example() > 1
             ? " groups of " + std::to_string(options_.regulariser.cells_per_example()) + " cells"
             : " cells"));
    if (found.checkpoint) context.log.info("continuing from " + found.checkpoint->string());
  }
  // The same on all ranks: failures are.
  void leave_out(JobContext& context, const Screen& screen, const std::vector<FieldFailure>& failures,
                 TrainingPlan& plan) const {
    std::vector<std::size_t> fields;
    for (const auto& failure : failures) {
      fields.push_back(failure.field);
      if (context.comm.root())
        context.log.warning(screen.name(failure.field) + " is left out: " + failure.file + ": " +
                            failure.reason);
    }
    const auto limit = failure_limit(max_failed_fields_, screen.fields.size());
    if (fields.size() > limit)
      throw Error(count_text(fields.size()) + " fields cannot be read, more than the " + count_text(limit) +
                      " allowed",
                  failures.front().file, "Mend the files, or allow more with --max-failed-fields");
    plan.drop_fields(fields);
  }
  void report(JobContext& context, const TrainResult& result) const {
    std::string text = std::string(result.stopped_early ? "stopped early after " : "trained ") +
                       count_text(static_cast<std::uint64_t>(result.steps)) + " steps, " +
                       count_text(static_cast<std::uint64_t>(result.cells_per_s)) + " cells/s; loss " +
                       number_text(std::round(result.loss * 1000) / 1000) + ", accuracy " +
                       percent(result.accuracy);
    if (result.validation_accuracy)
      text += "; held-out wells: loss " + number_text(std::round(*result.validation_loss * 1000) / 1000) +
              ", accuracy " + percent(*result.validation_accuracy);
    context.log.info(text);
  }

  std::filesystem::path output_ = ".", model_, cells_, illumination_;
  ManifestOptions manifest_;
  ColumnRoles roles_;
  TrainOptions options_;
  TrainingPixels pixels_;
  bool retrain_ = false;
  std::string max_failed_fields_ = "1%";
};

}  // namespace

std::unique_ptr<Job> make_train_job() {
  return std::make_unique<TrainJob>();
}

}  // namespace cytoscale
