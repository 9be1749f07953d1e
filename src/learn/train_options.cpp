#include "learn/train_options.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/text.hpp"
#include "network/model_file.hpp"
#include "screen/columns.hpp"

namespace cytoscale {
namespace {

void check(bool good, const std::string& key, const std::string& problem, const std::string& remedy = {}) {
  if (!good) throw Error(problem, "option --" + key, remedy);
}

void check_word(const std::string& word, const std::vector<std::string>& known, const std::string& key) {
  check(std::find(known.begin(), known.end(), word) != known.end(), key, "unknown choice '" + word + "'",
        "Choose from: " + join(known, ", "));
}

}  // namespace

void SplitOptions::validate() const {
  for (const auto& part : split_list(select)) parse_selector(part, "option --train-select");
  check(validation_fraction >= 0 && validation_fraction < 1, "validation-fraction", "must be in [0, 1)");
  check(validation_column.empty() == validation_values.empty(), "validation-column",
        "--validation-column and --validation-values belong together", "Give both or neither");
  check(max_cells_per_well >= 0, "max-cells-per-well", "must not be negative", "0 keeps all cells");
}

void TrainOptions::validate() const {
  split.validate();
  check(crop_px >= 8 && crop_px <= 2048, "crop-size", "must be 8 to 2048 px");
  check(augment.translation_px >= 0 && augment.translation_px <= crop_px, "augment-translation",
        "must be between 0 and the crop's size");
  check(steps >= 0, "steps", "must not be negative", "0 counts by --epochs");
  check(steps > 0 || (epochs > 0 && epochs < 1e6), "epochs", "must be above 0", "Or give --steps");
  check(batch_size >= 1, "batch-size", "must be at least 1");
  check(shard_cells >= 2, "shard-size", "must be at least 2 cells");
  check_word(optimiser, {"adamw", "sgd"}, "optimizer");
  check(learning_rate >= 0 && std::isfinite(learning_rate), "learning-rate", "must be a number not below 0");
  check(momentum >= 0 && momentum < 1, "momentum", "must be in [0, 1)");
  check(weight_decay >= 0 && std::isfinite(weight_decay), "weight-decay", "must be a number not below 0");
  check(label_smoothing >= 0 && label_smoothing < 1, "label-smoothing", "must be in [0, 1)");
  check_word(schedule, {"cosine", "constant"}, "schedule");
  check(warmup_steps >= 0, "warmup-steps", "must not be negative");
  check_word(batch_norm, {"local", "frozen", "sync"}, "batch-norm");
  check_word(precision, {"fp32", "bf16"}, "precision");
  check_word(device, {"auto", "cpu", "cuda"}, "device");
  check(log_every >= 1, "log-every", "must be at least 1");
  check(validate_every >= 1, "validate-every", "must be at least 1");
  check(validation_cells >= 0, "validation-cells", "must not be negative");
  check(checkpoint_every >= 1, "checkpoint-every", "must be at least 1");
  check(image_memory_gib > 0, "image-memory", "must be above 0 GiB");
  check(threads >= 0, "threads", "must not be negative", "0 takes this rank's share of the cores");
}

void TrainOptions::validate_ranks(int ranks) const {
  const auto count = shards(ranks);
  check(batch_size >= ranks && count >= static_cast<std::size_t>(ranks), "batch-size",
        "a batch of " + std::to_string(batch_size) + " cells in shards of " + std::to_string(shard_cells) +
            " cannot be shared by " + std::to_string(ranks) + " ranks",
        "Take a larger batch, smaller shards (--shard-size) or fewer ranks");
}

double TrainOptions::base_learning_rate() const {
  if (learning_rate > 0) return learning_rate;
  return optimiser == "sgd" ? 0.02 : 0.001;
}

std::int64_t TrainOptions::total_steps(std::int64_t training_cells) const {
  if (steps > 0) return steps;
  const double draws = epochs * static_cast<double>(training_cells);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(draws / batch_size)));
}

std::size_t TrainOptions::shards(int ranks) const {
  if (batch_norm == "sync") return static_cast<std::size_t>(ranks);
  return static_cast<std::size_t>(std::max(1, batch_size / shard_cells));
}

nlohmann::json TrainOptions::identity() const {
  return {{"seed", seed},
          {"architecture", architecture},
          {"initial-weights",
           initial_weights.empty() ? std::string() : fingerprint_of_file(model_file_of(initial_weights))},
          {"crop-size", crop_px},
          {"crop-normalization", crop_normalisation},
          {"augment-flip", augment.flip},
          {"augment-rotate", augment.rotate},
          {"augment-translation", augment.translation_px},
          {"sample-replicates", sample_replicates},
          {"epochs", steps > 0 ? 0.0 : epochs},
          {"steps", steps},
          {"batch-size", batch_size},
          {"shard-size", batch_norm == "sync" ? 0 : shard_cells},
          {"optimizer", optimiser},
          {"learning-rate", base_learning_rate()},
          {"momentum", momentum},
          {"weight-decay", weight_decay},
          {"label-smoothing", label_smoothing},
          {"schedule", schedule},
          {"warmup-steps", warmup_steps},
          {"batch-norm", batch_norm},
          {"precision", precision}};
}

double learning_rate_at(const TrainOptions& options, std::int64_t step, std::int64_t total) {
  const double base = options.base_learning_rate();
  const auto warmup = std::min<std::int64_t>(options.warmup_steps, total / 2);
  if (step < warmup) return base * static_cast<double>(step + 1) / static_cast<double>(warmup + 1);
  if (options.schedule == "constant") return base;
  const double done =
      static_cast<double>(step - warmup) / static_cast<double>(std::max<std::int64_t>(1, total - warmup));
  return base * 0.5 * (1 + std::cos(std::numbers::pi * done));
}

}  // namespace cytoscale
