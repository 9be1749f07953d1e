#include "learn/optim/device_sums_torch.hpp"

#include <torch/cuda.h>

#ifdef CYTOSCALE_HAS_NCCL
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime.h>
#include <nccl.h>

#include <cstring>
#include <numeric>

#include "core/error.hpp"
#endif

namespace cytoscale::learn {

#ifdef CYTOSCALE_HAS_NCCL
namespace {

void check_nccl(ncclResult_t result, const char* call) {
  if (result != ncclSuccess)
    throw Error(std::string(call) + ": " + ncclGetErrorString(result), "NCCL",
                "NCCL_DEBUG=INFO in the environment makes it say more; --device cpu does without");
}

void check_cuda(cudaError_t result, const char* call) {
  if (result != cudaSuccess) throw Error(std::string(call) + ": " + cudaGetErrorString(result), "CUDA");
}

class NcclSums final : public DeviceSums {
 public:
  NcclSums(const mpi::Communicator& comm, const torch::Device& device,
           const std::vector<std::size_t>& bucket_values)
      : device_(device), offsets_(bucket_values.size() + 1, 0), stream_(new_stream(device)) {
    std::partial_sum(bucket_values.begin(), bucket_values.end(), offsets_.begin() + 1);
    const c10::cuda::CUDAGuard guard(device_);
    values_ = torch::zeros({static_cast<std::int64_t>(offsets_.back())}, device_);
    check_cuda(cudaEventCreateWithFlags(&ready_, cudaEventDisableTiming), "cudaEventCreate");
    std::vector<std::byte> id(sizeof(ncclUniqueId));
    if (comm.root()) {
      ncclUniqueId made;
      check_nccl(ncclGetUniqueId(&made), "ncclGetUniqueId");
      std::memcpy(id.data(), &made, sizeof made);
    }
    comm.broadcast(id);
    ncclUniqueId shared;
    std::memcpy(&shared, id.data(), sizeof shared);
    check_nccl(ncclCommInitRank(&nccl_, comm.size(), shared, comm.rank()), "ncclCommInitRank");
  }
  ~NcclSums() override {
    if (nccl_) ncclCommDestroy(nccl_);
    if (ready_) cudaEventDestroy(ready_);
  }
  NcclSums(const NcclSums&) = delete;
  NcclSums& operator=(const NcclSums&) = delete;

  void begin() override {
    values_.zero_();
    check_cuda(cudaDeviceSynchronize(), "cudaDeviceSynchronize");  // backward may use another stream
    complete_.assign(offsets_.size() - 1, false);
    started_ = 0;
  }

  void add(std::size_t offset, const torch::Tensor& values) override {
    values_.narrow(0, static_cast<std::int64_t>(offset), values.numel()).add_(values.reshape({-1}));
  }

  void complete(std::size_t bucket) override {
    complete_[bucket] = true;
    if (bucket != started_) return;
    const c10::cuda::CUDAGuard guard(device_);
    const auto computing = c10::cuda::getCurrentCUDAStream(device_.index()).stream();
    check_cuda(cudaEventRecord(ready_, computing), "cudaEventRecord");
    check_cuda(cudaStreamWaitEvent(stream_.stream(), ready_, 0), "cudaStreamWaitEvent");
    for (; started_ < complete_.size() && complete_[started_]; ++started_) {
      auto* values = values_.data_ptr<float>() + offsets_[started_];
      check_nccl(ncclAllReduce(values, values, offsets_[started_ + 1] - offsets_[started_], ncclFloat,
                               ncclSum, nccl_, stream_.stream()),
                 "ncclAllReduce");
    }
  }

  void finish(std::span<float> values) override {
    const c10::cuda::CUDAGuard guard(device_);
    check_cuda(cudaMemcpyAsync(values.data(), values_.data_ptr<float>(), values.size_bytes(),
                               cudaMemcpyDeviceToHost, stream_.stream()),
               "cudaMemcpyAsync");
    check_cuda(cudaStreamSynchronize(stream_.stream()), "cudaStreamSynchronize");
  }

 private:
  static c10::cuda::CUDAStream new_stream(const torch::Device& device) {
    return c10::cuda::getStreamFromPool(true, device.index());
  }

  torch::Device device_;
  std::vector<std::size_t> offsets_;
  c10::cuda::CUDAStream stream_;
  torch::Tensor values_;
  cudaEvent_t ready_ = nullptr;
  ncclComm_t nccl_ = nullptr;
  std::vector<bool> complete_;  // by bucket
  std::size_t started_ = 0;     // first bucket whose sum over ranks has not been started
};

}  // namespace

std::unique_ptr<DeviceSums> make_device_sums(const mpi::Communicator& comm, const torch::Device& device,
                                             const std::vector<std::size_t>& bucket_values) {
  const bool shared = !device.is_cuda() || comm.node_size() > static_cast<int>(torch::cuda::device_count());
  if (comm.max(shared) != 0) return nullptr;
  return std::make_unique<NcclSums>(comm, device, bucket_values);
}

#else

std::unique_ptr<DeviceSums> make_device_sums(const mpi::Communicator&, const torch::Device&,
                                             const std::vector<std::size_t>&) {
  return nullptr;
}

#endif

}  // namespace cytoscale::learn
