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
#include "mpi/threads.hpp"
#include "network/memory.hpp"
#include "network/weights/model_file.hpp"

namespace cytoscale::learn {
namespace {

class Trainer {
 public:
  Trainer(const mpi::Communicator& comm, const TrainingPlan& plan, const CellImages& images,
          const TrainOptions& options, TrainRun& run);
  TrainResult train();

 private:
  double read_scores(std::int64_t steps_done);
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
    state_.emplace(comm, spec, labels, maker_, options, total_, threads_);
    if (found.checkpoint)
      state_->restore(store::read_safetensors(*found.checkpoint), found.checkpoint->string());
    first_step_ = found.step;
    record_.emplace(comm, plan, options, run, first_step_);
    saved_ = found.checkpoint.has_value();
  });
  state_->learner->connect();
}

// What the steps taken since it was asked last have scored; the sum of the signals that asked to stop.
double Trainer::read_scores(std::int64_t steps_done) {
  const auto scores = state_->learner->scores();
  auto step = steps_done - static_cast<std::int64_t>(scores.size());
  double signals = 0;
  for (const auto& score : scores) {
    watch_->observe(score.mean_loss(), ++step, saved_);
    record_->add_step(score);
    signals += score.stop_signals;
  }
  return signals;
}

// True when the run is to end here.
bool Trainer::update_early_stopping(const std::optional<Tally>& validation) {
  if (!validation || validation->examples == 0) return false;
  state_->schedule.observe(validation->mean_loss());
  if (options_.early_stopping == 0) return false;
  if (state_->best.observe(validation->mean_loss())) {
    state_->learner->fetch();
    state_->keep_best();
  }
  return state_->best.since() >= options_.early_stopping;
}

void Trainer::check_finite(std::int64_t steps_done) {
  state_->learner->fetch();
  mpi::together(comm_, [&] {
    for (const auto& [name, tensor] : state_->learner->network().named_tensors())
      if (tensor.is_floating_point() && !torch::isfinite(tensor).all().item<bool>())
        throw Error("the weights are not numbers any more after step " + std::to_string(steps_done) + " (" +
                        name + ")",
                    run_.folder.string(),
                    "Lower --learning-rate" + std::string(saved_ ? "; the last checkpoint is kept" : ""));
  });
}

void Trainer::describe(store::SafeTensors& file, std::int64_t steps_done) const {
  network::ModelInfo info{state_->learner->network().spec(), options_.crop_px, options_.crop_normalization,
                          rescaling_.statistics, plan_.labels};
  info.several_labels = options_.several_labels;
  info.provenance = run_.provenance;
  info.crop_neighbors = options_.crop_neighbors;
  network::describe_model(info, file);
  file.metadata[identity_key] = identity_.dump();
  file.metadata[step_key] = std::to_string(steps_done);
}

void Trainer::save_checkpoint(std::int64_t steps_done) {
  const TimeSpent saving(run_.timings, run_.clock, "save");
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
  const TimeSpent saving(run_.timings, run_.clock, "save");
  check_finite(steps_done);
  mpi::on_root(comm_, [&] {
    auto file = state_->weights();
    describe(file, steps_done);
    store::write_safetensors(run_.folder / "model.safetensors", file);
  });
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
  Progress progress("training", enum_name(options_.examples),
                    static_cast<std::uint64_t>(total_ * cells_per_step_), run_.clock, comm_.root());
  auto& learner = *state_->learner;
  learner.begin(first_step_, total_);
  const auto every = [](std::int64_t steps, std::int64_t period) { return steps % period == 0; };
  std::int64_t done = first_step_;
  bool stopped_early = false;
  for (bool over = done == total_; !over;) {
    {
      const TimeSpent stepping(run_.timings, run_.clock, "steps");
      learner.step(state_->schedule.rate(done++));
    }
    over = done == total_;
    const bool saves = every(done, options_.checkpoint_every),
               validates = over || every(done, options_.validate_every),
               logs = saves || validates || every(done, options_.log_every);
    if (!logs && !every(done, learner.steps_ahead())) continue;
    const double signals = read_scores(done);
    std::optional<Tally> validation;
    if (validates) {
      const TimeSpent judging(run_.timings, run_.clock, "validation");
      validation = learner.judge(validation_);
    }
    if (logs) record_->add_row(done, validation, state_->schedule.rate(done - 1));
    over |= stopped_early = update_early_stopping(validation);
    const bool stops = signals > 0 && !over;
    if ((saves || stops) && !over) save_checkpoint(done);
    if (stops) stop(done);
    std::string note = "loss " + number_text(std::round(record_->last_loss() * 1000) / 1000);
    progress.update(static_cast<std::uint64_t>(done * cells_per_step_), note);
  }
  progress.finish();
  if (run_.timings) run_.timings->add("wait for batches (of the steps)", learner.waited_s());
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
