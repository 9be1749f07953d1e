// A network that learns: its weights, its optimizer, and what a step does to them. Two kinds: on threads and
// ranks, shard by shard, with the same bits whatever their number (learn/optim/host_learner.cpp); and on a
// device, where all stays, in one pass per rank (learn/device/device_learner.cpp).
#pragma once
#include <torch/nn/module.h>

#include <memory>
#include <span>
#include <vector>

#include "learn/data/batches.hpp"
#include "learn/optim/optimizer.hpp"
#include "learn/optim/tally.hpp"
#include "learn/run/train_options.hpp"
#include "mpi/communicator.hpp"
#include "network/torch/network_torch.hpp"

namespace cytoscale::learn {

class Learner {
 public:
  virtual ~Learner() = default;
  // Once, before the first step. Throws Error when NCCL cannot be started. Collective: yes.
  virtual void connect() {}

  // Weights and statistics on the CPU, as they were set, or as fetch() found them. After changing them, or
  // the optimizer's state, call weights_changed(). Collective: no.
  virtual network::Network& network() const = 0;
  virtual torch::nn::Module* head() const = 0;  // the regularizer's part, or null
  virtual Optimiser& optimiser() = 0;
  virtual void weights_changed() = 0;
  virtual void fetch() {}

  // The steps that will be taken: their batches are made ahead.
  virtual void begin(std::int64_t first, std::int64_t last) = 0;
  // Takes the next step. Rethrows what making its batch threw: other ranks may be in the sums of this step
  // already, and cannot be met by an exception that unwinds. Collective: yes.
  virtual void step(double learning_rate) = 0;
  // Of the steps taken since the last call, over all ranks; waits for them. Collective: yes.
  virtual std::vector<Tally> scores() = 0;
  // How many steps may be taken before scores() is called: more than 1 where the host need not wait for them.
  virtual std::int64_t steps_ahead() const { return 1; }
  // How long steps have waited for their batches, in seconds.
  virtual double waited_s() const { return 0; }
  // Of cells as they are, in inference, over all ranks. Collective: yes.
  virtual Tally judge(std::span<const CellDraw> cells) = 0;
};

// Batches are the maker's, which must outlive it. Throws Error: no such device. Collective: no.
std::unique_ptr<Learner> make_host_learner(const mpi::Communicator& comm, const network::NetworkSpec& spec,
                                           int labels, const BatchMaker& maker, const TrainOptions& options,
                                           int threads);
std::unique_ptr<Learner> make_device_learner(const mpi::Communicator& comm, const network::NetworkSpec& spec,
                                             int labels, const BatchMaker& maker, const TrainOptions& options,
                                             int threads);

}  // namespace cytoscale::learn
