// What a training tells of itself: the rows of train_log.csv, and its result, from the scores of its steps.
#pragma once
#include <cstdint>
#include <optional>

#include "learn/optim/tally.hpp"
#include "learn/run/train.hpp"
#include "learn/run/train_log.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale::learn {

class TrainRecord {
 public:
  // All must outlive it. `first_step`: where this part of the run begins.
  TrainRecord(const mpi::Communicator& comm, const TrainingPlan& plan, const TrainOptions& options,
              const TrainRun& run, std::int64_t first_step);
  // Opens the log, on root, and starts the clock. Collective: yes.
  void begin();
  void add_step(const Tally& score);  // over all ranks
  // A row for the steps since the last one. Collective: yes.
  void add_row(std::int64_t steps_done, const std::optional<Tally>& validation, double learning_rate);
  double last_loss() const { return result_.losses.back(); }
  TrainResult result(std::int64_t steps_done, bool stopped_early) const;

 private:
  const mpi::Communicator& comm_;
  const TrainRun& run_;
  std::int64_t first_step_, cells_per_step_, training_cells_;
  int cells_per_example_;
  std::optional<TrainLog> log_;
  Tally since_row_;
  double start_s_ = 0, row_start_s_ = 0;
  TrainResult result_;
};

}  // namespace cytoscale::learn
