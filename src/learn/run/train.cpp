#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/system/files.hpp"
#include "core/system/stop_request.hpp"
#include "core/text/text.hpp"
#include "learn/data/batches.hpp"
#include "learn/data/picture_statistics.hpp"
#include "learn/run/checkpoints.hpp"
#include "learn/run/loss_watch.hpp"
#include "learn/run/run_state_torch.hpp"
#include "learn/run/train.hpp"
#include "learn/run/train_record.hpp"
#include "mpi/agree.hpp"
#include "mpi/guarded_run.hpp"
#include "mpi/threads.hpp"
#include "network/memory.hpp"
#include "network/weights/model_file.hpp"
#include "screen/plan.hpp"

namespace cytoscale::learn {
namespace {

class Trainer {
 public:
  Trainer(const mpi::Communicator& comm, const TrainingPlan& plan, const CellImages& images,
          const TrainOptions& options, TrainRun& run);
  TrainResult train();

 private:
  BatchQueue start_batches();
  Tally step(std::int64_t step, const std::vector<CropBatch>& shards);
  Tally validate();
  bool update_early_stopping(const std::optional<Tally>& validation);
  void check_finite(std::int64_t steps_done);
  void describe(store::SafeTensors& file, std::int64_t steps_done) const;
  void save_checkpoint(std::int64_t steps_done);
  void save_model(std::int64_t steps_done);
  [[noreturn]] void stop(std::int64_t steps_done);

  const mpi::Communicator& comm_;
  const TrainingPlan& plan_;
  const TrainOptions& options_;
  TrainRun& run_;
  image::PictureSize size_;
  image::Rescaling rescaling_;
  BatchMaker maker_;
  std::vector<CellDraw> validation_;
  std::int64_t total_, cells_per_step_;
  int threads_;
  nlohmann::json identity_;
  std::optional<RunState> state_;
  std::int64_t first_step_ = 0;
  bool saved_ = false;  // there is a checkpoint to go on from
  std::optional<LossWatch> watch_;
  std::optional<TrainRecord> record_;
};

Trainer::Trainer(const mpi::Communicator& comm, const TrainingPlan& plan, const CellImages& images,
                 const TrainOptions& options, TrainRun& run)
    : comm_(comm),
      plan_(plan),
      options_(options),
      run_(run),
      size_(crop_size_of(plan, options)),
      rescaling_(training_rescaling(comm, plan, images, options, size_)),
      maker_(plan, images, options, size_, rescaling_),
      validation_(validation_draws(plan, options.seed, static_cast<std::size_t>(options.validation_cells))),
      total_(options.total_steps(plan.cells(false))),
      cells_per_step_(options.batch_size * options.regularizer.cells_per_example()),
      threads_(mpi::threads_per_rank(comm, options.threads)),
      identity_(run.identity.is_null() ? training_identity(options, plan) : run.identity) {
  const auto found = find_run(comm, run.folder, identity_);
  for (const auto& path : found.damaged)
    run.log.warning(path.string() + " cannot be read (damaged?); going on from the checkpoint before it");
  mpi::together(comm, [&] {
    network::configure_malloc_for_training();
    at::set_num_threads(1);
    const int labels = static_cast<int>(plan.labels.size());
    network::NetworkSpec spec{options.architecture, static_cast<int>(plan.channels.size()),
                              maker_.regularizer().network_classes(labels), options.pooling};
    spec.pooling = network::resolved_pooling(spec);
    if (spec.pooling.kind == network::Pool::fc)
      spec.pooling.height = size_.height, spec.pooling.width = size_.width;
    const double guessing = maker_.regularizer().guessing_loss(spec, labels, size_);
    watch_.emplace(options.divergence * guessing, guessing, run.folder);
    state_.emplace(comm, spec, labels, maker_.regularizer(), options, total_, threads_);
    if (found.checkpoint)
      state_->restore(store::read_safetensors(*found.checkpoint), found.checkpoint->string());
    first_step_ = found.step;
    record_.emplace(comm, plan, options, run, first_step_);
    saved_ = found.checkpoint.has_value();
  });
  state_->network.connect();
}

Tally Trainer::step(std::int64_t step, const std::vector<CropBatch>& shards) {
  auto& network = state_->network;
  const auto score = network.learn(step, shards);
  watch_->observe(score.mean_loss(), step + 1, saved_);
  state_->optimiser.step(network.parameters(), network.gradient(), state_->schedule.rate(step),
                         network.pool());
  network.keep_statistics();
  network.weights_changed();
  return score;
}

Tally Trainer::validate() {
  const auto picture = plan_.channels.size() * size_.pixels();
  const std::size_t at_once = std::clamp<std::size_t>((std::size_t{1} << 24) / picture, 1, 64),
                    tiles = (validation_.size() + at_once - 1) / at_once;
  const auto block = screen::block_of(tiles, comm_.rank(), comm_.size());
  const auto mine = state_->network.judge(block.first, block.last, [&](std::size_t tile) {
    const auto first = tile * at_once;
    return maker_.plain(std::span(validation_).subspan(first, std::min(at_once, validation_.size() - first)));
  });
  return sum_over_ranks(comm_, mine);
}

// True when the run is to end here.
bool Trainer::update_early_stopping(const std::optional<Tally>& validation) {
  if (!validation || validation->examples == 0) return false;
  state_->schedule.observe(validation->mean_loss());
  if (options_.early_stopping == 0) return false;
  if (state_->best.observe(validation->mean_loss())) state_->keep_best();
  return state_->best.since() >= options_.early_stopping;
}

void Trainer::check_finite(std::int64_t steps_done) {
  mpi::together(comm_, [&] {
    for (const auto& [name, tensor] : state_->network.network().named_tensors())
      if (tensor.is_floating_point() && !torch::isfinite(tensor).all().item<bool>())
        throw Error("the weights are not numbers any more after step " + std::to_string(steps_done) + " (" +
                        name + ")",
                    run_.folder.string(),
                    "Lower --learning-rate" + std::string(saved_ ? "; the last checkpoint is kept" : ""));
  });
}

void Trainer::describe(store::SafeTensors& file, std::int64_t steps_done) const {
  network::ModelInfo info{state_->network.network().spec(), options_.crop_px, options_.crop_normalization,
                          rescaling_.statistics, plan_.labels};
  info.several_labels = options_.several_labels;
  info.provenance = run_.provenance;
  network::describe_model(info, file);
  file.metadata[identity_key] = identity_.dump();
  file.metadata[step_key] = std::to_string(steps_done);
}

void Trainer::save_checkpoint(std::int64_t steps_done) {
  check_finite(steps_done);
  mpi::on_root(comm_, [&] {
    store::SafeTensors file;
    describe(file, steps_done);
    state_->store(file);
    write_checkpoint(run_.folder, steps_done, file);
  });
  saved_ = true;
}

void Trainer::save_model(std::int64_t steps_done) {
  check_finite(steps_done);
  mpi::on_root(comm_, [&] {
    auto file = state_->weights();
    describe(file, steps_done);
    store::write_safetensors(run_.folder / "model.safetensors", file);
  });
}

// This rank's shards, step after step.
BatchQueue Trainer::start_batches() {
  const auto shards = state_->network.shards();
  const auto all = options_.shards(comm_.size());
  const auto examples = static_cast<std::size_t>(options_.batch_size);
  const auto per_step = static_cast<std::int64_t>(shards.count);
  return {first_step_ * per_step, total_ * per_step, threads_ > 4 ? threads_ / 4 : 1,
          [this, shards, all, examples, per_step](std::int64_t item) {
            const auto shard = shards.first + static_cast<std::size_t>(item % per_step);
            return maker_.training(item / per_step, examples * shard / all, examples * (shard + 1) / all);
          }};
}

// The same on all ranks: the sum over ranks tells each of them.
void Trainer::stop(std::int64_t steps_done) {
  const auto signal = static_cast<int>(comm_.max(stop_signal()));
  throw mpi::AgreedError(exit_interrupted,
                         "stopped by " + signal_name(signal) + " after step " + std::to_string(steps_done) +
                             " of the training; a checkpoint is saved",
                         run_.folder.string(), "Run the same command again: it goes on");
}

TrainResult Trainer::train() {
  mpi::on_root(comm_, [&] {
    make_folder(run_.folder);
    write_training_wells(run_.folder / "training_wells.csv", plan_);
  });
  record_->begin();
  BatchQueue queue = start_batches();
  Progress progress("training", enum_name(options_.examples),
                    static_cast<std::uint64_t>(total_ * cells_per_step_), run_.clock, comm_.root());
  std::int64_t done = first_step_;
  bool stopped_early = false;
  for (bool over = done == total_; !over;) {
    std::vector<CropBatch> batch;
    // Other ranks may be in the sums of this step already: they cannot be met by an exception that unwinds.
    mpi::or_abort(comm_, [&] {
      for (std::size_t k = 0; k < state_->network.shards().count; ++k) batch.push_back(queue.next());
    });
    const auto score = step(done++, batch);
    record_->add_step(score);
    over = done == total_;
    const bool saves = done % options_.checkpoint_every == 0;
    std::optional<Tally> validation;
    if (over || done % options_.validate_every == 0) validation = validate();
    if (over || validation || saves || done % options_.log_every == 0)
      record_->add_row(done, validation, state_->schedule.rate(done - 1));
    over |= stopped_early = update_early_stopping(validation);
    const bool stops = score.stop_signals > 0 && !over;
    if ((saves || stops) && !over) save_checkpoint(done);
    if (stops) stop(done);
    std::string note = "loss " + number_text(std::round(record_->last_loss() * 1000) / 1000);
    progress.update(static_cast<std::uint64_t>(done * cells_per_step_), note);
  }
  progress.finish();
  save_model(done);
  return record_->result(done, stopped_early);
}

}  // namespace

TrainResult train(const mpi::Communicator& comm, const TrainingPlan& plan, const CellImages& images,
                  const TrainOptions& options, TrainRun& run) {
  mpi::together(comm, [&] {
    check_training(plan, options);
    options.validate_ranks(comm.size());
  });
  return Trainer(comm, plan, images, options, run).train();
}

}  // namespace cytoscale::learn
