// Sums over ranks of a flat array that lies on each rank's device. NCCL sums buckets while backward computes
// the next, where each rank has a device of its own; else the array goes over the host, by MPI, in a fixed
// order. In both the number of ranks shows in the last bits.
#pragma once
#include <torch/types.h>

#include <memory>
#include <string>
#include <vector>

#include "mpi/communicator.hpp"
#include "network/torch/device_lane_torch.hpp"

namespace cytoscale::learn {

class RankSums {
 public:
  virtual ~RankSums() = default;
  // Within recorded work: a bucket is all there; buckets are told in order, from any thread. Its sum begins
  // where that runs on the device.
  virtual void complete(std::size_t bucket) = 0;
  // Within recorded work: what follows sees all sums that run on the device.
  virtual void join() = 0;
  // Between two pieces of work: the sums that go over the host. Collective: yes.
  virtual void exchange() = 0;
  // Whether exchange() does anything: then work is in two pieces.
  virtual bool over_host() const = 0;
};

// values: [sum of bucket_values] float32. Null for one rank. Throws Error when NCCL cannot be started.
// Collective: yes.
std::unique_ptr<RankSums> make_rank_sums(const mpi::Communicator& comm, network::DeviceLane& lane,
                                         const torch::Tensor& values,
                                         const std::vector<std::size_t>& bucket_values);

// Of the names of all ranks' devices: how often the most frequent is there.
int most_on_a_device(const std::vector<std::string>& devices);

}  // namespace cytoscale::learn
