#include "learn/run/train_record.hpp"

#include <algorithm>

#include "mpi/agree.hpp"

namespace cytoscale::learn {

TrainRecord::TrainRecord(const mpi::Communicator& comm, const TrainingPlan& plan, const TrainOptions& options,
                         const TrainRun& run, std::int64_t first_step)
    : comm_(comm),
      run_(run),
      first_step_(first_step),
      cells_per_step_(options.batch_size * options.regularizer.cells_per_example()),
      training_cells_(plan.cells(false)),
      cells_per_example_(options.regularizer.cells_per_example()) {}

void TrainRecord::begin() {
  mpi::on_root(comm_, [&] { log_.emplace(run_.folder / "train_log.csv", first_step_); });
  start_s_ = row_start_s_ = run_.clock.now_s();
}

void TrainRecord::add_step(const Tally& score) {
  since_row_.add(score);
  result_.losses.push_back(score.mean_loss());
}

void TrainRecord::add_row(std::int64_t steps_done, const std::optional<Tally>& validation,
                          double learning_rate) {
  const double now_s = run_.clock.now_s();
  result_.loss = since_row_.mean_loss();
  result_.accuracy = since_row_.accuracy();
  const bool validated = validation && validation->examples > 0;
  if (validated) {
    result_.validation_loss = validation->mean_loss();
    result_.validation_accuracy = validation->accuracy();
  }
  mpi::on_root(comm_, [&] {
    TrainLogRow row;
    row.step = steps_done;
    row.epoch = static_cast<double>(steps_done * cells_per_step_) / static_cast<double>(training_cells_);
    row.loss = result_.loss;
    row.accuracy = result_.accuracy;
    if (validated) {
      row.validation_loss = result_.validation_loss;
      row.validation_accuracy = result_.validation_accuracy;
    }
    row.cells_per_s = since_row_.examples * cells_per_example_ / std::max(1e-9, now_s - row_start_s_);
    row.seconds = log_->seconds_before() + now_s - start_s_;
    row.learning_rate = learning_rate;
    log_->add(row);
  });
  since_row_ = {};
  row_start_s_ = run_.clock.now_s();
}

TrainResult TrainRecord::result(std::int64_t steps_done, bool stopped_early) const {
  auto result = result_;
  result.steps = steps_done;
  result.stopped_early = stopped_early;
  result.seconds = run_.clock.now_s() - start_s_;
  result.cells_per_s =
      static_cast<double>((steps_done - first_step_) * cells_per_step_) / std::max(1e-9, result.seconds);
  return result;
}

}  // namespace cytoscale::learn
