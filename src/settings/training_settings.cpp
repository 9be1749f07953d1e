#include "settings/training_settings.hpp"

#include "core/text/text.hpp"
#include "settings/machine_settings.hpp"
#include "settings/screen_settings.hpp"

namespace cytoscale::settings {
namespace {

void declare_split(cli::OptionSet& options, learn::SplitOptions& split) {
  options.add("train-select", split.select, "train on fields with COLUMN=VALUE only (comma: all must hold)")
      .value("COL=VAL");
  options.add("exclude-controls", split.exclude_controls, "do not make the negative controls a label");
  options.add("test-treatments", split.test_treatments,
              "treatments (as the log names them, e.g. taxol_0.3) that are neither trained on nor validated: "
              "what is learned is tested on them");
  options.add("test-fraction", split.test_fraction, "instead: this share of the treatments, drawn")
      .value("X");
  options
      .add("hold-out", split.hold_out,
           "what validates: replicate (wells of each treatment), or whole plates or batches: plate, batch")
      .value("WHAT");
  options
      .add("validation-fraction", split.validation_fraction,
           "share held out of each treatment's wells, of the plates or of the batches")
      .value("X");
  options.add("validation-column", split.validation_column, "instead: hold out by this column")
      .value("COLUMN");
  options.add("validation-values", split.validation_values, "and these values of it");
  options
      .add("single-wells", split.single_wells,
           "treatments of one well, which cannot be held out: error, drop (leave out) or train (unvalidated)")
      .value("WHAT");
}

void declare_training_data(cli::OptionSet& options, learn::TrainOptions& training, std::string& masks) {
  auto& split = training.split;
  options.group("Training cells");
  options
      .add("examples", training.examples,
           "what is learned from: cells, whole fields, or mosaics of four fields")
      .value("WHAT");
  options
      .add("crop-size", training.crop_px,
           "side of the square window around a cell, or anywhere in a field (0: the whole field)")
      .value("PX");
  options
      .add("crop-normalization", training.crop_normalization,
           "each channel of a crop: by its own maximum, minmax, zscore or none, or by the training set: "
           "dataset, mean-image")
      .value("HOW");
  declare_neighbors(options, training.crop_neighbors, masks);
  options.add("several-labels", training.several_labels,
              "a picture may have several labels: a|b is a and b, each answered by itself");
  declare_split(options, split);
  options.add("validation-cells", training.validation_cells, "validate on at most this many cells");
  options.add("max-cells-per-well", split.max_cells_per_well,
              "use at most this many cells of a well (0: all)");
  options.add("sample-replicates", training.sample_replicates,
              "draw label, then well, then cell; else label, then cell");
}

void declare_augmentation(cli::OptionSet& options, learn::TrainOptions& training) {
  options.add("augment-flip", training.augment.flip, "mirror crops at random");
  options.add("augment-rotate", training.augment.rotate, "turn crops by random angles");
  options.add("augment-angle", training.augment.angle_deg, "by up to so much to either side (180: any)")
      .value("DEG");
  options.add("augment-scale", training.augment.scale, "make crops larger or smaller by up to this share")
      .value("X");
  options.add("augment-translation", training.augment.translation_px, "shift crops by up to this much")
      .value("PX");
  options.add("augment-background", training.augment.background,
              "add light to each channel or take it away, up to this share of its brightest pixel");
  options.add("augment-blur", training.augment.blur_px, "blur each channel by a Gaussian of up to this sigma")
      .value("PX");
}

void declare_regularization(cli::OptionSet& options, learn::TrainOptions& training) {
  auto& regularizer = training.regularizer;
  options.group("Regularization");
  options
      .add("regularizer", regularizer.kind,
           "baseline (a cell, its label), mixup (two cells blended) or rnn (groups of cells)")
      .value("NAME");
  options.add("mixup-alpha", regularizer.mixup_alpha, "share of the blend is drawn from Beta(alpha, alpha)")
      .value("X");
  options
      .add("mixup-partner", regularizer.mixup_partner,
           "the second cell is of another: replicate (well) or batch")
      .value("WHAT");
  options.add("rnn-cells", regularizer.rnn_cells, "cells of a group");
  options.add("label-smoothing", training.label_smoothing, "share of the target spread over all labels")
      .value("X");
  options.add("weight-decay", training.weight_decay, "of convolutions and the last layer").value("X");
  options.add("early-stopping", training.early_stopping,
              "end after so many validations without a lower loss, with the best weights (0: never)");
}

void declare_learning(cli::OptionSet& options, learn::TrainOptions& training) {
  options.group("Learning");
  options.add("seed", training.seed, "of initial weights, draws and augmentation");
  options
      .add("architecture", training.architecture,
           "the network: " + join(network::known_architectures(), ", ") +
               ", or a Vision Transformer of another size by timm's name")
      .value("NAME");
  options
      .add("pool", training.pooling.kind,
           "what makes one value of a class map (default: mil_cnn noisy-and; wscnn4, wscnn6 max)")
      .value("NAME");
  options
      .add("pool-sharpness", training.pooling.sharpness,
           "a of noisy-and, r of generalized-mean and lse (0: 10, 2.5)")
      .value("X");
  options.add("dropout", training.dropout, "leave values out at random, as the network has it (mil_cnn)");
  options
      .add("initial-weights", training.initial_weights,
           "start from this model (folder or .safetensors; torchvision's or timm's too); the last layer "
           "starts anew")
      .value("PATH");
}

void declare_steps(cli::OptionSet& options, learn::TrainOptions& training) {
  options.add("epochs", training.epochs, "how often as many cells are drawn as there are").value("X");
  options.add("steps", training.steps, "batches to train on (0: by --epochs)");
  options.add("batch-size", training.batch_size, "examples (cells; of rnn, groups) per step, over all ranks");
  options.add("optimizer", training.optimiser, "adamw or sgd (with Nesterov momentum)").value("NAME");
  options
      .add("learning-rate", training.learning_rate,
           "highest learning rate (0: 0.001 for adamw, 0.02 for sgd)")
      .value("X");
  options.add("schedule", training.schedule, "of the learning rate: cosine, constant, step or plateau")
      .value("NAME");
  options.add("warmup-steps", training.warmup_steps, "steps of linear increase at the start");
  options.add("schedule-steps", training.schedule_steps, "step: steps between reductions");
  options.add("schedule-factor", training.schedule_factor, "step, plateau: what the rate is multiplied by")
      .value("X");
  options.add("schedule-patience", training.schedule_patience,
              "plateau: validations without a lower loss before a reduction");
  options.add("momentum", training.momentum, "of sgd").value("X");
  options.add("clip-norm", training.clip_norm, "longest gradient (0: any)").value("X");
  options
      .add("divergence", training.divergence,
           "stop where the loss of 20 steps is above so many times that of guessing")
      .value("X");
}

void declare_shards(cli::OptionSet& options, learn::TrainOptions& training) {
  options.add(
      "shard-size", training.shard_size,
      "examples that have batch statistics of their own and on the host pass the network together, on "
      "one thread (0: 16; on a device all of a rank's)");
  options
      .add("batch-norm", training.batch_norm,
           "statistics: local (of each shard), frozen, or sync (over ranks)")
      .value("HOW");
  options.add(
      "reproducible", training.reproducible,
      "the same weights, bit for bit, for any number of ranks: sums in a fixed order on GPUs too (slower), "
      "options that cannot are refused");
  options.add("log-every", training.log_every, "steps between rows of train_log.csv");
  options.add("validate-every", training.validate_every, "steps between validations");
  options.add("checkpoint-every", training.checkpoint_every, "steps between checkpoints");
}

}  // namespace

void TrainSettings::declare_files(cli::OptionSet& options) {
  declare_output(options, output);
  options.add("model", training.model, "folder of the model (default: OUTPUT/model)")
      .value("DIR")
      .writes([this] { return cli::Paths{training.model / "model.safetensors"}; });
  options.add("cells", training.cells, "cell table (default: OUTPUT/cells.h5)").reads([this] {
    return training.options.over_fields() ? cli::Paths{} : cli::Paths{training.cells};
  });
  declare_illumination(options, illumination, output);
  options
      .add("crops", crops,
           "crop store to train from (default: OUTPUT/crops.h5 if present), or none: from the images")
      .reads([this] { return store().empty() ? cli::Paths{} : cli::Paths{store()}; });
  options
      .add("retrain", training.retrain,
           "discard the model and checkpoints that are there; other: where they are of other options or data")
      .resource()
      .is_switch = true;
}

void TrainSettings::declare_machine(cli::OptionSet& options) {
  declare_pass(options, training.pass);
  declare_device(options, training.options.device);
  declare_precision(options, training.options.precision);
  options
      .add("pixels", training.options.pixels,
           "where crops are cut and changed, and how steps are taken: on the device, where all stays and a "
           "rank's examples pass together; on the host, shard by shard; auto (on a GPU)")
      .value("WHERE")
      .resource();
  options
      .add("image-memory", training.options.image_memory_gib, "limit for the training images, of each rank")
      .value("GIB")
      .resource();
  options
      .add("stage", training.pixels.stage,
           "copy the crop store to this folder of each node first, e.g. its own disk; memory: to its memory")
      .value("DIR")
      .resource();
}

void TrainSettings::declare(cli::OptionSet& options) {
  declare_files(options);
  declare_manifest(options, training.manifest);
  declare_roles(options, training.roles);
  declare_training_data(options, training.options, training.pixels.masks);
  declare_augmentation(options, training.options);
  declare_regularization(options, training.options);
  declare_learning(options, training.options);
  declare_steps(options, training.options);
  declare_shards(options, training.options);
  declare_machine(options);
}

void TrainSettings::resolve() {
  training.options.resolve();
  if (training.model.empty()) training.model = output / "model";
  if (training.cells.empty()) training.cells = output / "cells.h5";
  training.failures = output / "failures.csv";
  training.options.validate();
  training.roles.validate();
  resolve_manifest(training.manifest, output);
}

std::filesystem::path TrainSettings::store() const {
  if (training.options.over_fields() || crops == "none") return {};
  return existing_or_empty(crops, output / "crops.h5");
}

std::string TrainSettings::masks() const {
  const bool blank = training.options.crop_neighbors == image::CropNeighbors::blank;
  return blank && store().empty() ? training.pixels.masks : std::string();
}

learn::ScreenTraining TrainSettings::at_hand(const mpi::Communicator& comm) const {
  auto found = training;
  found.pixels.crops = comm.broadcast(store().string());
  found.pixels.illumination = illumination_at_hand(comm, illumination, output);
  return found;
}

}  // namespace cytoscale::settings
