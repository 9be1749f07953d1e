// The learning rate over a run, and when a run is over early. Both look at the steps done and at the
// validation losses seen; the same on every rank. Rates are those of PyTorch's LinearLR (warm-up), followed
// by StepLR, CosineAnnealingLR or ReduceLROnPlateau, whose counters start behind the warm-up.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "learn/run/train_options.hpp"

namespace cytoscale::learn {

// Which of a row of validation losses is the lowest, and how long ago it was seen.
class BestLoss {
 public:
  // `margin`: a loss counts as lower below best·(1 − margin), as in ReduceLROnPlateau.
  explicit BestLoss(double margin = 0) : margin_(margin) {}
  bool observe(double loss);  // true where it is the lowest
  int since() const { return since_; }
  void forgive() { since_ = 0; }
  std::optional<double> loss() const { return best_; }
  nlohmann::json state() const;
  void restore(const nlohmann::json& state);

 private:
  double margin_;
  std::optional<double> best_;
  int since_ = 0;  // losses seen after it
};

class Schedule {
 public:
  Schedule(const TrainOptions& options, std::int64_t total_steps);
  double rate(std::int64_t step) const;  // of step 0, 1, …
  // After each validation. Only `plateau` heeds it.
  void observe(double validation_loss);
  // What rate() depends on beside the step; for checkpoints.
  nlohmann::json state() const;
  void restore(const nlohmann::json& state);

 private:
  TrainOptions options_;
  std::int64_t total_, warmup_;
  double reduced_ = 1;  // plateau: product of the reductions so far
  BestLoss best_;
};

}  // namespace cytoscale::learn
