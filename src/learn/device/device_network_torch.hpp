// A network that learns on a device: its parameters lie in one flat tensor there, and beside it one with what
// a step adds up over ranks: gradients, the statistics that its normalizations saw, and the score.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <functional>
#include <memory>
#include <vector>

#include "learn/augment/regularizer_torch.hpp"
#include "learn/optim/flat_parameters_torch.hpp"
#include "network/torch/device_lane_torch.hpp"
#include "network/torch/network_torch.hpp"

namespace cytoscale::learn {

class DeviceNetwork {
 public:
  // What it ends in is the regularizer's, which must outlive it, as must the lane.
  DeviceNetwork(network::DeviceLane& lane, const network::NetworkSpec& spec, int labels,
                const Regularizer& regularizer, const TrainOptions& options);

  // The one on the CPU, for load() and store().
  network::Network& master() const { return *master_; }
  torch::nn::Module* master_head() const { return master_head_.get(); }
  void load();
  void store();

  const std::vector<FlatTensor>& tensors() const { return layout_.tensors; }
  std::size_t values() const { return layout_.values; }
  const torch::Tensor& parameters() const { return parameters_; }  // [values]
  torch::Tensor gradient() const { return sums_.narrow(0, 0, parameters_.numel()); }
  // Gradients, statistics, loss and how many were right; in buckets, in the order in which they are there.
  const torch::Tensor& sums() const { return sums_; }
  const std::vector<std::size_t>& bucket_values() const { return bucket_values_; }
  void on_bucket(std::function<void(std::size_t)> told) { on_bucket_ = std::move(told); }
  torch::Tensor score() const { return sums_.narrow(0, sums_.numel() - 2, 2); }
  // All that a step changes.
  std::vector<torch::Tensor> state() const;

  // Examples of each shard of the rank's batch.
  void set_shards(const std::vector<std::int64_t>& examples);
  // Whether make_gradient() asks nothing of the host.
  bool can_be_recorded() const;
  void begin_step(std::uint64_t dropout_seed);
  // Forward and backward; sums() are then this rank's part of those of the batch.
  void make_gradient(const ExampleTensors& examples, double smoothing);
  // Moves the stored statistics toward those in sums().
  void keep_statistics();

  void begin_judging();
  torch::Tensor judge(const ExampleTensors& examples);  // [2]: loss, and how many were right

 private:
  void take(std::size_t parameter, const torch::Tensor& gradient);
  torch::Tensor input_of(const torch::Tensor& crops) const;
  torch::Tensor statistics_seen() const;
  void set_statistics();

  network::DeviceLane& lane_;
  const Regularizer& regularizer_;
  const TrainOptions& options_;
  torch::ScalarType type_;
  std::shared_ptr<network::Network> master_, network_;
  std::shared_ptr<torch::nn::Module> master_head_, head_;
  FlatLayout layout_;
  std::vector<std::size_t> bucket_values_;
  std::function<void(std::size_t)> on_bucket_;
  torch::Tensor parameters_, sums_, statistics_;  // statistics: those kept, flat
  std::vector<torch::Tensor> leaves_;             // the network's and the head's, parts of parameters_
  std::vector<torch::Tensor> buffers_;            // the network's: what it saw, or in judging those kept
  std::vector<std::size_t> waiting_;              // by bucket of gradients: parameters without one yet
  std::size_t next_bucket_ = 0;
  std::int64_t steps_ = 0;  // since load()
  bool learns_statistics_;
};

}  // namespace cytoscale::learn
