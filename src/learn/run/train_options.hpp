// All that decides a training run. Defaults suit a small run on a few cores.
#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "image/crop/crop.hpp"
#include "learn/run/train_choices.hpp"
#include "network/spec/compute.hpp"
#include "network/spec/network_spec.hpp"

namespace cytoscale::learn {

// Which cells train, which validate (Caicedo et al. 2018 §4: whole replicates are held out, never single
// cells).
struct SplitOptions {
  std::string select;                        // COLUMN=VALUE[,…]: only fields where all hold; empty: all
  bool exclude_controls = false;             // leave the negative controls out; else they are one more label
  std::vector<std::string> test_treatments;  // no labels: neither train nor validate
  double test_fraction = 0;                  // the same for this share of the treatments, drawn
  HoldOut hold_out = HoldOut::replicate;
  double validation_fraction = 0.2;  // of each label's wells, of the plates or of the batches; at least one
  std::string validation_column;     // instead: wells whose COLUMN is one of the values
  std::vector<std::string> validation_values;
  SingleWells single_wells = SingleWells::error;
  int max_cells_per_well = 0;  // 0: all
  void validate() const;       // throws Error
};

// Random changes of a crop; each is drawn anew for every cell of every batch.
struct AugmentOptions {
  bool flip = true;           // left–right and up–down, each with probability 1/2
  bool rotate = true;         // corners show the field's real pixels
  double translation_px = 4;  // up to this many pixels in y and in x
  double background = 0;   // light added to or taken from a channel, up to this share of its brightest pixel
  double blur_px = 0;      // each channel by a Gaussian of up to this sigma
  double angle_deg = 180;  // by up to this angle to either side; 180: by any
  double scale = 0;        // larger or smaller by up to this share
};

// How cells become what is learned (learn/augment/regularizer_torch.hpp).
struct RegularizerOptions {
  RegularizerKind kind = RegularizerKind::baseline;
  double mixup_alpha = 0.2;  // λ ~ Beta(α, α)
  MixupPartner mixup_partner = MixupPartner::replicate;
  int rnn_cells = 5;  // of a group
  int cells_per_example() const {
    return kind == RegularizerKind::rnn ? rnn_cells : 1;
  }                       // that a batch counts as one
  void validate() const;  // throws Error
};

struct TrainOptions {
  std::uint64_t seed = 0;
  std::string architecture = "resnet18";
  std::filesystem::path
      initial_weights;         // model folder or file to start from; the last layer is new; empty: random
  network::Pooling pooling{};  // of a network over fields; what `fc` needs of the fields' size is the plan's
  bool dropout = true;         // as the network has it
  Examples examples = Examples::cells;
  bool several_labels = false;  // of a picture: a|b is a and b, and each label is answered by itself
  int crop_px = 128;            // 0: the whole field
  image::CropNormalization crop_normalization = image::CropNormalization::maximum;
  image::CropNeighbors crop_neighbors = image::CropNeighbors::keep;  // of single cells
  SplitOptions split;
  AugmentOptions augment;
  RegularizerOptions regularizer;
  bool sample_replicates = false;  // label, then well, then cell; else label, then cell

  double epochs = 10;      // of as many draws as there are training cells
  std::int64_t steps = 0;  // instead of epochs, where above 0
  int batch_size = 64;     // examples (cells, or groups of them), over all ranks
  // At least so many examples have batch statistics of their own and, on threads, pass the network together;
  // 0: on a device all of a rank's, else 16.
  int shard_size = 0;
  OptimizerKind optimiser = OptimizerKind::adamw;
  double learning_rate = 0;    // 0: 0.001 for adamw, 0.02 for sgd
  double momentum = 0.9;       // sgd
  double weight_decay = 1e-4;  // of convolutions and the last layer, not of normalizations and biases
  double label_smoothing = 0;
  double clip_norm = 0;  // longest gradient, Euclidean over all parameters; 0: any
  ScheduleKind schedule = ScheduleKind::cosine;
  int warmup_steps = 20;
  int schedule_steps = 1000;     // step: the rate is multiplied by the factor after as many steps each
  double schedule_factor = 0.1;  // step, plateau
  int schedule_patience = 5;     // plateau: validations without a lower loss before the rate is reduced
  int early_stopping =
      0;  // validations without a lower loss that end the run, with the best weights; 0: never
  double divergence = 10;     // a loss above this many times ln(labels), averaged over 20 steps, ends the run
  bool reproducible = false;  // refuse, or do without, what makes weights depend on the number of ranks
  network::NormMode batch_norm = network::NormMode::local;  // local: of each shard
  network::Precision precision = network::Precision::fp32;

  int log_every = 10;           // steps
  int validate_every = 100;     // steps; the last step validates too
  int validation_cells = 2000;  // at most, drawn evenly over labels
  int checkpoint_every = 200;   // steps
  double image_memory_gib = 8;  // of each rank, for the images
  int threads = 0;              // that compute, of each rank; 0: this rank's share of its node's cores
  network::Device device = network::Device::automatic;
  // device: all on it, in one pass per rank. Anything else: on threads, shard by shard.
  network::PixelPlace pixels = network::PixelPlace::automatic;

  // What is `automatic` becomes what suits this machine. Throws Error: tf32 without a GPU.
  void resolve();

  bool over_fields() const { return examples != Examples::cells; }

  void validate() const;  // throws Error naming the option
  // Throws Error when a batch has no shard for every rank, or ranks would show in the weights against
  // `reproducible`.
  void validate_ranks(int ranks) const;
  // Throws Error when there are no held-out cells for what needs them.
  void validate_validation(std::int64_t cells) const;
  double base_learning_rate() const;
  std::int64_t total_steps(std::int64_t training_cells) const;
  int smallest_shard() const;  // examples; 0: all of a rank's
  std::size_t shards(
      int ranks) const;  // of a batch; with synchronized statistics one of each rank, else of any number
  // The options that decide the weights, by key: those of a checkpoint must be the same for it to be
  // continued.
  // Throws Error when the initial weights cannot be read.
  nlohmann::json identity() const;
};

}  // namespace cytoscale::learn
