// Which cell is the i-th of a batch. A label is drawn uniformly, then a cell of it (or a well of it, then a
// cell), never cells in proportion to their number (Caicedo et al. 2018 §4). A draw is a function of (seed,
// step, place in the global batch) alone: ranks take blocks of a batch and the batch is the same for any
// number of them.
#pragma once
#include <cstdint>
#include <vector>

#include "learn/training_plan.hpp"

namespace cytoscale {

struct CellDraw {
  int label;
  std::size_t well;  // index in TrainingPlan::wells
  const TrainingCell* cell;
};

class CellSampler {
 public:
  // Of the training wells. The plan must outlive the sampler.
  CellSampler(const TrainingPlan& plan, std::uint64_t seed, bool replicates_first);
  CellDraw draw(std::int64_t step, std::int64_t place) const;

 private:
  struct WellRange {
    std::size_t well;
    std::uint64_t end;  // cells of the label up to and with this well
  };
  const TrainingPlan& plan_;
  std::uint64_t seed_;
  bool replicates_first_;
  std::vector<std::vector<WellRange>> wells_;  // by label
};

// Cells of the held-out wells, at most `limit`, as evenly over labels as they are there; the choice is the
// seed's.
std::vector<CellDraw> validation_draws(const TrainingPlan& plan, std::uint64_t seed, std::size_t limit);

}  // namespace cytoscale
