#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "learn/batches.hpp"
#include "learn/checkpoints.hpp"
#include "learn/optimiser.hpp"
#include "learn/sharded_network_torch.hpp"
#include "learn/train.hpp"
#include "learn/train_log.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "network/memory.hpp"
#include "network/model_file.hpp"
#include "screen/plan.hpp"

namespace cytoscale {
namespace {

class Trainer {
 public:
  Trainer(const Communicator& comm, const TrainingPlan& plan, const CellImages& images,
          const TrainOptions& options, TrainRun& run);
  TrainResult train();

 private:
  void restore(const std::filesystem::path& path);
  void take_weights(const std::filesystem::path& model);
  Score step(std::int64_t step, const std::vector<CropBatch>& shards);
  Score validate();
  void check_finite(std::int64_t steps_done);
  SafeTensors weights(std::int64_t steps_done);
  void save_checkpoint(std::int64_t steps_done);
  void log_row(std::int64_t steps_done, const std::optional<Score>& validation);

  const Communicator& comm_;
  const TrainingPlan& plan_;
  const TrainOptions& options_;
  TrainRun& run_;
  BatchMaker maker_;
  std::vector<CellDraw> validation_;
  std::int64_t total_;
  int threads_;
  nlohmann::json identity_;
  std::optional<ShardedNetwork> network_;
  std::optional<Optimiser> optimiser_;
  std::int64_t first_step_ = 0;
  std::optional<TrainLog> log_;
  Score since_row_;
  double start_s_ = 0, row_start_s_ = 0;
  TrainResult result_;
};

Trainer::Trainer(const Communicator& comm, const TrainingPlan& plan, const CellImages& images,
                 const TrainOptions& options, TrainRun& run)
    : comm_(comm),
      plan_(plan),
      options_(options),
      run_(run),
      maker_(plan, images, options),
      validation_(validation_draws(plan, options.seed, static_cast<std::size_t>(options.validation_cells))),
      total_(options.total_steps(plan.cells(false))),
      threads_(threads_per_rank(comm, options.threads)),
      identity_(run.identity.is_null() ? training_identity(options, plan) : run.identity) {
  const auto found = find_run(comm, run.folder, identity_);
  together(comm, [&] {
    keep_freed_memory();
    at::set_num_threads(1);
    const NetworkSpec spec{options.architecture, static_cast<int>(plan.channels.size()),
                           static_cast<int>(plan.labels.size())};
    network_.emplace(comm, spec, options, threads_);
    optimiser_.emplace(options, network_->tensors(), network_->parameters().size());
    network_->network().initialise(options.seed);
    if (found.checkpoint)
      restore(*found.checkpoint);
    else if (!options.initial_weights.empty())
      take_weights(options.initial_weights);
    network_->weights_changed();
    first_step_ = found.step;
  });
  network_->connect();
}

void Trainer::restore(const std::filesystem::path& path) {
  const auto file = read_safetensors(path);
  load_weights(network_->network(), file, path.string());
  optimiser_->restore(file, path.string());
}

// All but the last layer, whose classes are this screen's.
void Trainer::take_weights(const std::filesystem::path& model) {
  const auto path = model_file_of(model);
  auto file = read_safetensors(path);
  for (const auto& [name, tensor] : network_->network().named_tensors())
    if (name.starts_with("fc.")) file.tensors[name] = store_tensor(tensor);
  load_weights(network_->network(), file, path.string());
}

Score Trainer::step(std::int64_t step, const std::vector<CropBatch>& shards) {
  const auto score = network_->learn(shards);
  if (!std::isfinite(score.loss))
    throw Error("the loss is not a number at step " + std::to_string(step + 1), run_.folder.string(),
                "Lower --learning-rate or lengthen --warmup-steps; the last good checkpoint is kept");
  optimiser_->step(network_->parameters(), network_->gradient(), learning_rate_at(options_, step, total_),
                   network_->pool());
  network_->keep_statistics();
  network_->weights_changed();
  return score;
}

Score Trainer::validate() {
  const std::size_t at_once = 64, tiles = (validation_.size() + at_once - 1) / at_once;
  const auto block = block_of(tiles, comm_.rank(), comm_.size());
  const auto mine = network_->judge(block.first, block.last, [&](std::size_t tile) {
    const auto first = tile * at_once;
    return maker_.plain(std::span(validation_).subspan(first, std::min(at_once, validation_.size() - first)));
  });
  double sums[3] = {mine.loss, mine.correct, mine.cells};
  comm_.all_reduce(std::span<double>(sums), Reduction::sum);
  return {sums[0], sums[1], sums[2]};
}

void Trainer::check_finite(std::int64_t steps_done) {
  together(comm_, [&] {
    for (const auto& [name, tensor] : network_->network().named_tensors())
      if (tensor.is_floating_point() && !torch::isfinite(tensor).all().item<bool>())
        throw Error("the weights are not numbers any more after step " + std::to_string(steps_done) + " (" +
                        name + ")",
                    run_.folder.string(), "Lower --learning-rate; the last good checkpoint is kept");
  });
}

SafeTensors Trainer::weights(std::int64_t steps_done) {
  ModelInfo info{network_->network().spec(), options_.crop_px, options_.crop_normalisation, plan_.labels,
                 run_.provenance};
  SafeTensors file;
  file.metadata = model_metadata(info);
  file.metadata[identity_key] = identity_.dump();
  file.metadata[step_key] = std::to_string(steps_done);
  store_weights(network_->network(), file);
  return file;
}

void Trainer::save_checkpoint(std::int64_t steps_done) {
  check_finite(steps_done);
  on_root(comm_, [&] {
    auto file = weights(steps_done);
    optimiser_->store(file);
    write_checkpoint(run_.folder, steps_done, file);
  });
}

void Trainer::log_row(std::int64_t steps_done, const std::optional<Score>& validation) {
  const double now_s = run_.clock.now_s();
  result_.loss = since_row_.mean_loss();
  result_.accuracy = since_row_.accuracy();
  if (validation && validation->cells > 0) {
    result_.validation_loss = validation->mean_loss();
    result_.validation_accuracy = validation->accuracy();
  }
  on_root(comm_, [&] {
    TrainLogRow row;
    row.step = steps_done;
    row.epoch =
        static_cast<double>(steps_done) * options_.batch_size / static_cast<double>(plan_.cells(false));
    row.loss = result_.loss;
    row.accuracy = result_.accuracy;
    if (validation && validation->cells > 0) {
      row.validation_loss = result_.validation_loss;
      row.validation_accuracy = result_.validation_accuracy;
    }
    row.cells_per_s = since_row_.cells / std::max(1e-9, now_s - row_start_s_);
    row.seconds = log_->seconds_before() + now_s - start_s_;
    row.learning_rate = learning_rate_at(options_, steps_done - 1, total_);
    log_->add(row);
  });
  since_row_ = {};
  row_start_s_ = run_.clock.now_s();
}

TrainResult Trainer::train() {
  on_root(comm_, [&] {
    make_folder(run_.folder);
    write_training_wells(run_.folder / "training_wells.csv", plan_);
    log_.emplace(run_.folder / "train_log.csv", first_step_);
  });
  const auto shards = network_->shards();
  const auto all = options_.shards(comm_.size());
  const auto cells = static_cast<std::size_t>(options_.batch_size);
  const auto per_step = static_cast<std::int64_t>(shards.count);
  BatchQueue queue(first_step_ * per_step, total_ * per_step, threads_ > 4 ? threads_ / 4 : 1,
                   [&](std::int64_t item) {
                     const auto shard = shards.first + static_cast<std::size_t>(item % per_step);
                     return maker_.training(item / per_step, cells * shard / all, cells * (shard + 1) / all);
                   });
  Progress progress("training", "cells",
                    static_cast<std::uint64_t>(total_) * static_cast<std::uint64_t>(options_.batch_size),
                    run_.clock, comm_.root());
  start_s_ = row_start_s_ = run_.clock.now_s();
  for (std::int64_t i = first_step_; i < total_; ++i) {
    std::vector<CropBatch> batch;
    for (std::size_t k = 0; k < shards.count; ++k) batch.push_back(queue.next());
    const auto score = step(i, batch);
    since_row_.add(score);
    result_.losses.push_back(score.mean_loss());
    const std::int64_t done = i + 1;
    const bool last = done == total_, saves = !last && done % options_.checkpoint_every == 0;
    const bool validates = last || done % options_.validate_every == 0;
    if (last || validates || saves || done % options_.log_every == 0)
      log_row(done, validates ? std::optional(validate()) : std::nullopt);
    if (saves) save_checkpoint(done);
    std::string note = "loss " + number_text(std::round(result_.losses.back() * 1000) / 1000);
    progress.update(static_cast<std::uint64_t>(done) * static_cast<std::uint64_t>(options_.batch_size), note);
  }
  progress.finish();
  check_finite(total_);
  on_root(comm_, [&] { write_safetensors(run_.folder / "model.safetensors", weights(total_)); });
  result_.steps = total_;
  result_.seconds = run_.clock.now_s() - start_s_;
  result_.cells_per_s =
      static_cast<double>((total_ - first_step_) * options_.batch_size) / std::max(1e-9, result_.seconds);
  return result_;
}

}  // namespace

nlohmann::json training_identity(const TrainOptions& options, const TrainingPlan& plan) {
  auto identity = options.identity();
  identity["data"] = plan.fingerprint();
  return identity;
}

TrainResult train(const Communicator& comm, const TrainingPlan& plan, const CellImages& images,
                  const TrainOptions& options, TrainRun& run) {
  together(comm, [&] {
    options.validate();
    options.validate_ranks(comm.size());
  });
  return Trainer(comm, plan, images, options, run).train();
}

}  // namespace cytoscale
