// learn/optim/optimizer.hpp on a device: the same formulas on flat tensors that stay there. The learning rate
// and what else changes from step to step are tensors, so that a step can be recorded and repeated.
#pragma once
#include <torch/types.h>

#include <vector>

#include "learn/optim/optimizer.hpp"
#include "network/torch/device_lane_torch.hpp"

namespace cytoscale::learn {

class DeviceOptimizer {
 public:
  DeviceOptimizer(network::DeviceLane& lane, const TrainOptions& options,
                  const std::vector<FlatTensor>& tensors, std::size_t values);
  // Before each step: its numbers go to the device.
  void begin(double learning_rate);
  // Changes parameters, [values], in place; the gradient is not kept. Asks nothing of the host.
  void step(const torch::Tensor& parameters, const torch::Tensor& gradient);
  // The state, from and to the host's.
  void load(Optimiser& host);
  void store(Optimiser& host);
  // All that a step changes beside the parameters.
  std::vector<torch::Tensor> state() const {
    return sgd_ ? std::vector{first_} : std::vector{first_, second_};
  }

 private:
  void shorten(const torch::Tensor& gradient) const;
  void adamw(const torch::Tensor& parameters, const torch::Tensor& gradient);
  void sgd(const torch::Tensor& parameters, const torch::Tensor& gradient);
  network::DeviceLane& lane_;
  std::vector<FlatTensor> tensors_;
  bool sgd_;
  double momentum_, weight_decay_, clip_norm_;
  torch::Tensor decayed_;         // [values]: 1 where weight decay acts
  torch::Tensor first_, second_;  // [values]; sgd: momentum and nothing
  torch::Tensor numbers_;         // of the step, in words: device_optimizer.cpp
  std::int64_t steps_ = 0;
};

}  // namespace cytoscale::learn
