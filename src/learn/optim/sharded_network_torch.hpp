// A network that learns from shards of a batch on several threads and ranks. A shard is a forward and
// backward pass of its own, on one thread with one intra-op thread, through a copy of the network that shares
// its parameters; so its gradient does not depend on how many threads and ranks there are, and neither do the
// sums (learn/optim/gradient_sums.hpp). The main thread speaks MPI: it moves gradients over the ranks
// while the other threads are still in backward. On a GPU, where it serves for what must not depend on the
// number of ranks and for synchronized statistics, one thread feeds it shard by shard.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/threads/worker_pool.hpp"
#include "learn/augment/regularizer.hpp"
#include "learn/optim/flat_parameters_torch.hpp"
#include "learn/optim/gradient_sums.hpp"
#include "learn/optim/main_thread.hpp"
#include "learn/optim/optimizer.hpp"
#include "learn/optim/tally.hpp"
#include "learn/run/train_options.hpp"
#include "mpi/communicator.hpp"
#include "network/torch/network_torch.hpp"

namespace cytoscale::learn {

class ShardedNetwork {
 public:
  // What it ends in is the regularizer's, which must outlive it. Throws Error: no such device. Collective:
  // no.
  ShardedNetwork(const mpi::Communicator& comm, const network::NetworkSpec& spec, int labels,
                 const Regularizer& regularizer, const TrainOptions& options, int threads);
  ~ShardedNetwork();
  // Weights and statistics, on the CPU. After changing them call weights_changed(). Collective: no.
  network::Network& network() const { return *master_; }
  torch::nn::Module* head() const { return head_.get(); }  // the regularizer's part, or null
  void weights_changed();
  // All parameters in one array, and where each is in it.
  std::span<float> parameters() { return parameters_; }
  const std::vector<FlatTensor>& tensors() const { return layout_.tensors; }
  WorkerPool& pool() { return *pool_; }
  mpi::PartRange shards() const { return sums_->shards(); }  // this rank's of the batch

  // Forward and backward of this rank's shards; then gradient() is that of the mean loss of the batch. The
  // score is over all ranks. What is dropped out is the step's and the shard's. Collective: yes.
  Tally learn(std::int64_t step, const std::vector<CropBatch>& shards);
  std::span<const float> gradient() { return sums_->result().first(parameters_.size()); }
  // Moves the stored statistics toward those of the batch that was learned. Collective: no.
  void keep_statistics();
  // Of make(first … last-1) in inference, on this rank's threads; the score is this rank's. Collective: no.
  Tally judge(std::size_t first, std::size_t last, const std::function<CropBatch(std::size_t)>& make);

 private:
  struct Replica {
    std::shared_ptr<network::Network> network;
    std::shared_ptr<torch::nn::Module> head;
    std::vector<torch::Tensor> parameters, statistics;
    std::size_t shard = 0;
    std::vector<char> taken;           // by parameter
    std::vector<std::size_t> waiting;  // by bucket: parameters without a gradient yet
  };
  std::vector<std::size_t> own_parameters();
  void add_replica(int labels);
  torch::Tensor shared(std::size_t parameter);  // as a replica on the CPU uses it
  Tally forward(Replica& replica, const CropBatch& batch, torch::Tensor& loss_sum, double smoothing);
  Tally learn_shard(Replica& replica, std::int64_t step, std::size_t shard, const CropBatch& batch);
  void take(Replica& replica, std::size_t parameter, const torch::Tensor* gradient);
  void serve();

  const mpi::Communicator& comm_;
  const Regularizer& regularizer_;
  TrainOptions options_;
  torch::Device device_;
  torch::ScalarType type_;
  torch::MemoryFormat memory_format_;  // of the crops, and so of all activations
  bool learns_statistics_;
  std::shared_ptr<network::Network> master_;
  std::shared_ptr<torch::nn::Module> head_;
  std::vector<float> parameters_;
  std::vector<c10::BFloat16> rounded_;  // the parameters as bf16, for convolutions on a CPU
  FlatLayout layout_;
  std::vector<torch::Tensor> statistics_;  // the master's, in the order of their bucket
  std::unique_ptr<GradientSums> sums_;     // gradients as parameters_ lie, then statistics
  std::vector<std::unique_ptr<Replica>> replicas_;
  MainThread main_thread_;
  std::unique_ptr<WorkerPool> pool_;  // last: its threads use all of the above
};

}  // namespace cytoscale::learn
