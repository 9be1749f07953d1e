// All that a training run is at a step, and a checkpoint holds: weights, optimiser, schedule, the best
// weights so far. The sampler's position is the step itself.
#pragma once
#include <filesystem>
#include <optional>

#include "learn/optim/optimizer.hpp"
#include "learn/optim/schedule.hpp"
#include "learn/optim/sharded_network_torch.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::learn {

class RunState {
 public:
  // With initial weights, from the seed or from TrainOptions::initial_weights. Throws Error: those do not
  // fit, no such device. The regularizer must outlive it. Collective: no.
  RunState(const mpi::Communicator& comm, const network::NetworkSpec& spec, int labels,
           const Regularizer& regularizer, const TrainOptions& options, std::int64_t total_steps,
           int threads);

  ShardedNetwork network;
  Optimiser optimiser;
  Schedule schedule;
  BestLoss best;  // of the validation losses

  // The weights as they are now are the best, as far as validation knows.
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
