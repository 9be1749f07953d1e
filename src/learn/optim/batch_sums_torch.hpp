// The gradients and statistics of a batch, shard by shard in, sums over all ranks out: on the devices and by
// NCCL where that can be (learn/optim/device_sums_torch.hpp), else on the host in a fixed order
// (learn/optim/gradient_sums.hpp).
#pragma once
#include <torch/types.h>

#include "learn/optim/device_sums_torch.hpp"
#include "learn/optim/gradient_sums.hpp"

namespace cytoscale::learn {

class BatchSums {
 public:
  // As GradientSums. Collective: no.
  BatchSums(const mpi::Communicator& comm, std::size_t shards, const std::vector<std::size_t>& bucket_values,
            std::function<void()> on_ready);
  // Once, before begin(). Throws Error when NCCL cannot be started. Collective: yes.
  void connect(const mpi::Communicator& comm, const torch::Device& device);

  std::size_t buckets() const { return host_.buckets(); }
  std::size_t offset(std::size_t bucket) const { return host_.offset(bucket); }
  mpi::PartRange shards() const { return host_.shards(); }  // of this rank

  // Before each step, on the main thread.
  void begin();
  // A shard's values from `offset` on; from any thread, each place once.
  void put(std::size_t shard, std::size_t offset, const torch::Tensor& values);
  // The shard has put the whole bucket; shards come in order on a device.
  void complete(std::size_t shard, std::size_t bucket);

  // Main thread: moves on what goes over the ranks by MPI; true when nothing is left of that.
  bool advance() { return device_ || host_.advance(); }
  std::size_t started() const { return host_.started(); }  // buckets, by MPI
  // Main thread, when all shards are complete and advance() was true; then result() has the sums.
  void finish();
  std::span<const float> result();

 private:
  std::vector<std::size_t> bucket_values_;
  GradientSums host_;
  std::unique_ptr<DeviceSums> device_;  // or none; then device_result_ has the sums
  std::vector<float> device_result_;
};

}  // namespace cytoscale::learn
