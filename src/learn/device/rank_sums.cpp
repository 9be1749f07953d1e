#include "learn/device/rank_sums_torch.hpp"

#include <algorithm>
#include <thread>

#include "mpi/agree.hpp"
#include "mpi/ordered_sum.hpp"

#ifdef CYTOSCALE_HAS_NCCL
#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime.h>
#include <nccl.h>

#include <cstring>
#include <numeric>

#include "core/error.hpp"
#endif

namespace cytoscale::learn {
namespace {

class HostSums final : public RankSums {
 public:
  HostSums(const mpi::Communicator& comm, network::DeviceLane& lane, torch::Tensor values)
      : lane_(lane),
        values_(std::move(values)),
        sum_(comm, static_cast<std::size_t>(comm.size()), static_cast<std::size_t>(values_.numel()), 0) {}
  void complete(std::size_t) override {}
  void join() override {}
  bool over_host() const override { return true; }
  void exchange() override {
    const auto mine = lane_.download(values_);
    const auto buffer = lane_.buffer(values_.sizes(), torch::kFloat32);
    buffer.values.copy_(mine->wait());
    sum_.start({{buffer.values.data_ptr<float>(), static_cast<std::size_t>(values_.numel())}});
    while (!sum_.advance()) std::this_thread::yield();
    lane_.upload(buffer, values_);
  }

 private:
  network::DeviceLane& lane_;
  torch::Tensor values_;
  mpi::OrderedSum sum_;
};

#ifdef CYTOSCALE_HAS_NCCL

void check_nccl(ncclResult_t result, const char* call) {
  if (result != ncclSuccess)
    throw Error(std::string(call) + ": " + ncclGetErrorString(result), "NCCL",
                "NCCL_DEBUG=INFO in the environment makes it say more; --device cpu does without");
}

class NcclSums final : public RankSums {
 public:
  NcclSums(const mpi::Communicator& comm, network::DeviceLane& lane, torch::Tensor values,
           const std::vector<std::size_t>& bucket_values)
      : device_(lane.device()),
        values_(std::move(values)),
        offsets_(bucket_values.size() + 1, 0),
        stream_(c10::cuda::getStreamFromPool(true, device_.index())) {
    std::partial_sum(bucket_values.begin(), bucket_values.end(), offsets_.begin() + 1);
    const c10::cuda::CUDAGuard guard(device_);
    std::vector<std::byte> id(sizeof(ncclUniqueId));
    mpi::on_root(comm, [&] {
      ncclUniqueId made;
      check_nccl(ncclGetUniqueId(&made), "ncclGetUniqueId");
      std::memcpy(id.data(), &made, sizeof made);
    });
    comm.broadcast(id);
    ncclUniqueId shared;
    std::memcpy(&shared, id.data(), sizeof shared);
    check_nccl(ncclCommInitRank(&nccl_, comm.size(), shared, comm.rank()), "ncclCommInitRank");
  }
  ~NcclSums() override {
    if (nccl_) ncclCommDestroy(nccl_);
  }
  NcclSums(const NcclSums&) = delete;
  NcclSums& operator=(const NcclSums&) = delete;

  void complete(std::size_t bucket) override {
    const c10::cuda::CUDAGuard guard(device_);
    ready_.record(c10::cuda::getCurrentCUDAStream(device_.index()));
    ready_.block(stream_);
    auto* values = values_.data_ptr<float>() + offsets_[bucket];
    check_nccl(ncclAllReduce(values, values, offsets_[bucket + 1] - offsets_[bucket], ncclFloat, ncclSum,
                             nccl_, stream_.stream()),
               "ncclAllReduce");
  }
  void join() override {
    done_.record(stream_);
    done_.block(c10::cuda::getCurrentCUDAStream(device_.index()));
  }
  bool over_host() const override { return false; }
  void exchange() override {}

 private:
  torch::Device device_;
  torch::Tensor values_;
  std::vector<std::size_t> offsets_;
  c10::cuda::CUDAStream stream_;
  at::cuda::CUDAEvent ready_, done_;
  ncclComm_t nccl_ = nullptr;
};

#endif

}  // namespace

int most_on_a_device(const std::vector<std::string>& devices) {
  std::ptrdiff_t most = 0;
  for (const auto& device : devices)
    most = std::max(most, std::count(devices.begin(), devices.end(), device));
  return static_cast<int>(most);
}

std::unique_ptr<RankSums> make_rank_sums(const mpi::Communicator& comm, network::DeviceLane& lane,
                                         const torch::Tensor& values,
                                         [[maybe_unused]] const std::vector<std::size_t>& bucket_values) {
  if (comm.size() == 1) return nullptr;
#ifdef CYTOSCALE_HAS_NCCL
  // NCCL refuses ranks that share a device.
  if (comm.max(lane.device().is_cuda() ? 0 : 1) == 0 && most_on_a_device(comm.all_gather(lane.name())) == 1)
    return std::make_unique<NcclSums>(comm, lane, values, bucket_values);
#endif
  return std::make_unique<HostSums>(comm, lane, values);
}

}  // namespace cytoscale::learn
