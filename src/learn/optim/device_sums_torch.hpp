// Adds up the gradients of a step on GPUs: shard by shard on this rank's, then over the ranks' by NCCL,
// bucket by bucket, while backward computes the next. The counterpart of learn/optim/gradient_sums.hpp where
// every rank has a GPU of its own; NCCL orders sums as it likes, so here the number of ranks shows in the
// last bits.
#pragma once
#include <torch/types.h>

#include <memory>
#include <span>
#include <vector>

#include "mpi/communicator.hpp"

namespace cytoscale::learn {

class DeviceSums {
 public:
  virtual ~DeviceSums() = default;
  // Before each step. All sums are 0 then. Collective: no.
  virtual void begin() = 0;
  // Adds this rank's part of the values from `offset` on, on the current stream. Collective: no.
  virtual void add(std::size_t offset, const torch::Tensor& values) = 0;
  // This rank has added all it will to the bucket; from any thread, one at a time, in any order. Its sum
  // starts as soon as those of the buckets before it have. Collective: yes, over a step.
  virtual void complete(std::size_t bucket) = 0;
  // Waits for all buckets and copies the sums over all ranks to the host. Collective: yes.
  virtual void finish(std::span<float> values) = 0;
};

// None where this build has no NCCL, the device is no GPU, or ranks share one (NCCL refuses that). Throws
// Error when NCCL cannot be started. Collective: yes.
std::unique_ptr<DeviceSums> make_device_sums(const mpi::Communicator& comm, const torch::Device& device,
                                             const std::vector<std::size_t>& bucket_values);

}  // namespace cytoscale::learn
