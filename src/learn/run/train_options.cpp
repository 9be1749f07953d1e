#include "learn/run/train_options.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/text/text.hpp"
#include "network/device.hpp"
#include "network/weights/model_file.hpp"
#include "screen/column_roles.hpp"

namespace cytoscale::learn {
namespace {

constexpr int default_shard = 16;

void check(bool good, const std::string& key, const std::string& problem, const std::string& remedy = {}) {
  if (!good) throw Error(problem, "option --" + key, remedy);
}

}  // namespace

void SplitOptions::validate() const {
  for (const auto& part : split_list(select)) screen::parse_selector(part, "option --train-select");
  check(validation_fraction >= 0 && validation_fraction < 1, "validation-fraction", "must be in [0, 1)");
  check(test_fraction >= 0 && test_fraction < 1, "test-fraction", "must be in [0, 1)");
  check(test_fraction == 0 || test_treatments.empty(), "test-fraction",
        "--test-fraction and --test-treatments exclude each other", "Give one of them");
  check(validation_column.empty() == validation_values.empty(), "validation-column",
        "--validation-column and --validation-values belong together", "Give both or neither");
  check(max_cells_per_well >= 0, "max-cells-per-well", "must not be negative", "0 keeps all cells");
}

void RegularizerOptions::validate() const {
  check(mixup_alpha > 0 && std::isfinite(mixup_alpha), "mixup-alpha", "must be above 0", "0.2 is usual");
  check(rnn_cells >= 2 && rnn_cells <= 64, "rnn-cells", "must be 2 to 64");
}

void TrainOptions::validate() const {
  split.validate();
  regularizer.validate();
  check(examples != Examples::mosaics || regularizer.kind == RegularizerKind::baseline, "examples",
        "mosaics are learned from as they are", "Take --regularizer baseline");
  const int largest_px = over_fields() ? 8192 : 2048;
  check((crop_px == 0 && over_fields()) || (crop_px >= 8 && crop_px <= largest_px), "crop-size",
        "must be 8 to " + std::to_string(largest_px) + " px",
        "0, the whole field, goes with --examples fields");
  check(!over_fields() || crop_neighbors == image::CropNeighbors::keep, "crop-neighbors",
        "blank is for single cells", "Take --examples cells");
  const network::NetworkSpec spec{architecture, 1, 0, pooling};
  spec.validate();
  check(pooling.kind != network::Pool::fc || examples != Examples::mosaics, "pool",
        "fc takes pictures of one size, and mosaics are larger than the fields that validate",
        "Take --examples fields, or another pool");
  if (crop_px > 0) network::check_crop_fits(architecture, crop_px);
  check(augment.translation_px >= 0 && augment.translation_px <= (crop_px > 0 ? crop_px : largest_px),
        "augment-translation", "must be between 0 and the crop's size");
  check(augment.angle_deg >= 0 && augment.angle_deg <= 180, "augment-angle",
        "must be between 0 and 180 degrees");
  check(augment.scale >= 0 && augment.scale < 1, "augment-scale", "must be in [0, 1)");
  check(augment.background >= 0 && augment.background <= 1, "augment-background", "must be between 0 and 1");
  check(augment.blur_px >= 0 && augment.blur_px <= (crop_px > 0 ? crop_px : largest_px), "augment-blur",
        "must be between 0 and the crop's size");
  check(steps >= 0, "steps", "must not be negative", "0 counts by --epochs");
  check(steps > 0 || (epochs > 0 && epochs < 1e6), "epochs", "must be above 0", "Or give --steps");
  check(batch_size >= 1, "batch-size", "must be at least 1");
  check(shard_size == 0 || shard_size * regularizer.cells_per_example() >= 2, "shard-size",
        "must be at least 2 cells");
  check(learning_rate >= 0 && std::isfinite(learning_rate), "learning-rate", "must be a number not below 0");
  check(momentum >= 0 && momentum < 1, "momentum", "must be in [0, 1)");
  check(weight_decay >= 0 && std::isfinite(weight_decay), "weight-decay", "must be a number not below 0");
  check(label_smoothing >= 0 && label_smoothing < 1, "label-smoothing", "must be in [0, 1)");
  check(clip_norm >= 0 && std::isfinite(clip_norm), "clip-norm", "must be a number not below 0",
        "0: no limit");
  check(schedule_steps >= 1, "schedule-steps", "must be at least 1");
  check(schedule_factor > 0 && schedule_factor < 1, "schedule-factor", "must be in (0, 1)");
  check(schedule_patience >= 0, "schedule-patience", "must not be negative");
  check(early_stopping >= 0, "early-stopping", "must not be negative", "0: never");
  check(divergence > 1, "divergence", "must be above 1");
  check(warmup_steps >= 0, "warmup-steps", "must not be negative");
  check(log_every >= 1, "log-every", "must be at least 1");
  check(validate_every >= 1, "validate-every", "must be at least 1");
  check(validation_cells >= 0, "validation-cells", "must not be negative");
  check(checkpoint_every >= 1, "checkpoint-every", "must be at least 1");
  check(image_memory_gib > 0, "image-memory", "must be above 0 GiB");
  check(threads >= 0, "threads", "must not be negative", "0 takes this rank's share of the cores");
}

void TrainOptions::resolve() {
  precision = network::resolve_precision(precision, device);
  if (pixels != network::PixelPlace::automatic) return;
  const bool needs_host = reproducible || batch_norm == network::NormMode::sync;
  pixels = network::computes_on_gpu(device) && !needs_host ? network::PixelPlace::device
                                                           : network::PixelPlace::host;
}

void TrainOptions::validate_ranks(int ranks) const {
  const auto count = shards(ranks);
  check(batch_size >= ranks && count >= static_cast<std::size_t>(ranks), "batch-size",
        "a batch of " + std::to_string(batch_size) + " in shards of " + std::to_string(smallest_shard()) +
            " cannot be shared by " + std::to_string(ranks) + " ranks",
        "Take a larger batch, smaller shards (--shard-size) or fewer ranks");
  check(!reproducible || batch_norm != network::NormMode::sync || ranks == 1, "reproducible",
        "synchronized statistics are summed in an order that depends on the number of ranks",
        "Take --batch-norm local or frozen");
  const bool on_device = pixels == network::PixelPlace::device;
  check(!reproducible || !on_device || ranks == 1, "reproducible",
        "on a device a rank's examples pass together: gradients depend on how many ranks share them",
        "Take --pixels host");
  check(batch_norm != network::NormMode::sync || !on_device || ranks == 1, "batch-norm",
        "statistics are synchronized over ranks on the host alone", "Take --pixels host");
}

void TrainOptions::validate_validation(std::int64_t cells) const {
  const std::string remedy = "Hold wells out (--validation-fraction, --validation-column)";
  check(cells > 0 || schedule != ScheduleKind::plateau, "schedule",
        "plateau needs held-out cells, and there are none", remedy);
  check(cells > 0 || early_stopping == 0, "early-stopping", "there are no held-out cells to judge by",
        remedy);
}

double TrainOptions::base_learning_rate() const {
  if (learning_rate > 0) return learning_rate;
  return optimiser == OptimizerKind::sgd ? 0.02 : 0.001;
}

std::int64_t TrainOptions::total_steps(std::int64_t training_cells) const {
  if (steps > 0) return steps;
  const double draws = epochs * static_cast<double>(training_cells);
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil(draws / (batch_size * regularizer.cells_per_example()))));
}

std::size_t TrainOptions::shards(int ranks) const {
  const int size = smallest_shard();
  if (batch_norm == network::NormMode::sync || size == 0) return static_cast<std::size_t>(ranks);
  return static_cast<std::size_t>(std::max(1, batch_size / size));
}

int TrainOptions::smallest_shard() const {
  return shard_size == 0 && pixels != network::PixelPlace::device ? default_shard : shard_size;
}

nlohmann::json TrainOptions::identity() const {
  const bool mixup = regularizer.kind == RegularizerKind::mixup, plateau = schedule == ScheduleKind::plateau,
             by_step = schedule == ScheduleKind::step;
  const auto pool = network::resolved_pooling({architecture, 1, 0, pooling});
  nlohmann::json identity = {
      {"seed", seed},
      {"examples", enum_name(examples)},
      {"several-labels", several_labels},
      {"pool", pool.kind ? enum_name(*pool.kind) : ""},
      {"pool-sharpness", pool.kind ? pool.sharpness : 0.0},
      {"dropout", dropout},
      {"architecture", architecture},
      {"initial-weights", initial_weights.empty()
                              ? std::string()
                              : fingerprint_of_file(network::model_file_of(initial_weights))},
      {"crop-size", crop_px},
      {"crop-normalization", enum_name(crop_normalization)},
      {"augment-flip", augment.flip},
      {"augment-rotate", augment.rotate},
      {"augment-angle", augment.rotate ? augment.angle_deg : 0.0},
      {"augment-scale", augment.scale},
      {"augment-translation", augment.translation_px},
      {"augment-background", augment.background},
      {"augment-blur", augment.blur_px},
      {"regularizer", enum_name(regularizer.kind)},
      {"mixup-alpha", mixup ? regularizer.mixup_alpha : 0.0},
      {"mixup-partner", mixup ? enum_name(regularizer.mixup_partner) : ""},
      {"rnn-cells", regularizer.kind == RegularizerKind::rnn ? regularizer.rnn_cells : 0},
      {"sample-replicates", sample_replicates},
      {"epochs", steps > 0 ? 0.0 : epochs},
      {"steps", steps},
      {"batch-size", batch_size},
      {"shard-size", batch_norm == network::NormMode::sync ? 0 : smallest_shard()},
      {"optimizer", enum_name(optimiser)},
      {"learning-rate", base_learning_rate()},
      {"momentum", momentum},
      {"weight-decay", weight_decay},
      {"label-smoothing", label_smoothing},
      {"clip-norm", clip_norm},
      {"schedule", enum_name(schedule)},
      {"schedule-steps", by_step ? schedule_steps : 0},
      {"schedule-factor", by_step || plateau ? schedule_factor : 0.0},
      {"schedule-patience", plateau ? schedule_patience : 0},
      {"early-stopping", early_stopping},
      {"validate-every", plateau || early_stopping > 0 ? validate_every : 0},
      {"validation-cells", plateau || early_stopping > 0 ? validation_cells : 0},
      {"warmup-steps", warmup_steps},
      {"batch-norm", enum_name(batch_norm)},
      {"precision", enum_name(precision)}};
  // Absent otherwise: the checkpoints of earlier versions can be continued.
  if (crop_neighbors != image::CropNeighbors::keep) identity["crop-neighbors"] = enum_name(crop_neighbors);
  return identity;
}

}  // namespace cytoscale::learn
