// All that a training run is at a step, and a checkpoint holds: weights, optimiser, schedule, the best
// weights so far. The sampler's position is the step itself.
#pragma once
#include <filesystem>
#include <optional>

#include "learn/optim/learner_torch.hpp"
#include "learn/optim/schedule.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::learn {

class RunState {
 public:
  // With initial weights, from the seed or from TrainOptions::initial_weights. Throws Error: those do not
  // fit, no such device. The maker must outlive it. Collective: no.
  RunState(const mpi::Communicator& comm, const network::NetworkSpec& spec, int labels,
           const BatchMaker& maker, const TrainOptions& options, std::int64_t total_steps, int threads);

  std::unique_ptr<Learner> learner;
  Schedule schedule;
  BestLoss best;  // of the validation losses

  // Below, weights are those that the learner has fetched. Those now are the best, as far as validation
  // knows.
  void keep_best();
  // What the run ends with: the network's weights, or the best kept.
  store::SafeTensors weights() const;
  void store(store::SafeTensors& file) const;
  // Throws Error naming file and tensor.
  void restore(const store::SafeTensors& file, const std::string& where);

 private:
  std::optional<store::SafeTensors> best_weights_;
};

}  // namespace cytoscale::learn
