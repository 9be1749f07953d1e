#include "network/torch/device_lane_torch.hpp"

#include <torch/version.h>

#include <limits>

#include "core/error.hpp"

#ifdef CYTOSCALE_HAS_CUDA
#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#endif

namespace cytoscale::network {
namespace {

class HostLane final : public DeviceLane {
 public:
  HostLane() : DeviceLane(torch::kCPU) {}
  std::shared_ptr<void> enter() override { return nullptr; }
  Buffer buffer(at::IntArrayRef sizes, torch::ScalarType type) const override {
    return {torch::empty(sizes, type)};
  }
  torch::Tensor upload(const Buffer& buffer) override {
    ++counts().uploads;
    return buffer.values.clone();
  }
  void upload(const Buffer& buffer, const torch::Tensor& to) override {
    ++counts().uploads;
    to.copy_(buffer.values);
  }
  std::shared_ptr<Download> download(const torch::Tensor& values) override {
    ++counts().downloads;
    return std::make_shared<Copy>(values.clone());
  }
  std::function<void()> record(const std::function<void()>& work) override {
    return [work] {
      ++counts().repeats;
      work();
    };
  }
  std::string name() const override { return "cpu"; }
  double free_bytes() const override { return std::numeric_limits<double>::infinity(); }

 private:
  // Not there when it is first asked for: as on a device, who would have it at once must wait.
  struct Copy final : Download {
    explicit Copy(torch::Tensor of) : values(std::move(of)) {}
    bool there() const override { return asked.exchange(true); }
    void hold_back() override { asked = true; }
    const torch::Tensor& wait() override {
      if (!asked.exchange(true)) ++counts().waits;
      return values;
    }
    torch::Tensor values;
    mutable std::atomic<bool> asked = false;
  };
};

#ifdef CYTOSCALE_HAS_CUDA

constexpr int rehearsals = 3;  // libraries choose algorithms and allocate what they need

class CudaLane final : public DeviceLane {
 public:
  explicit CudaLane(const torch::Device& device)
      : DeviceLane(device), computing_(stream(device)), copying_(stream(device)) {
    // What was begun before, weights on their way for example, is seen here.
    at::cuda::CUDAEvent before;
    before.record(c10::cuda::getDefaultCUDAStream(device.index()));
    before.block(computing_);
    before.block(copying_);
  }

  std::shared_ptr<void> enter() override { return std::make_shared<c10::cuda::CUDAStreamGuard>(computing_); }
  Buffer buffer(at::IntArrayRef sizes, torch::ScalarType type) const override {
    const c10::cuda::CUDAGuard guard(device_);  // of readers' threads, too
    return {torch::empty(sizes, torch::TensorOptions(type).pinned_memory(true))};
  }
  torch::Tensor upload(const Buffer& buffer) override {
    ++counts().uploads;
    torch::Tensor copy;
    at::cuda::CUDAEvent copied;
    {
      const c10::cuda::CUDAStreamGuard guard(copying_);
      copy = buffer.values.to(device_, true);
      copied.record(copying_);
    }
    copied.block(computing_);
    c10::cuda::CUDACachingAllocator::recordStream(copy.storage().data_ptr(), computing_);
    return copy;
  }
  void upload(const Buffer& buffer, const torch::Tensor& to) override {
    ++counts().uploads;
    const c10::cuda::CUDAStreamGuard guard(computing_);
    to.copy_(buffer.values, true);
  }
  std::shared_ptr<Download> download(const torch::Tensor& values) override {
    ++counts().downloads;
    const c10::cuda::CUDAStreamGuard guard(computing_);
    auto copy = std::make_shared<Copy>(buffer(values.sizes(), values.scalar_type()).values);
    copy->values.copy_(values, true);
    copy->copied.record(computing_);
    return copy;
  }
  std::function<void()> record(const std::function<void()>& work) override {
    const c10::cuda::CUDAStreamGuard guard(computing_);
    for (int i = 0; i < rehearsals; ++i) work();
    computing_.synchronize();
    // What rehearsals took is kept for the like of them; the recorded work has memory of its own.
    c10::cuda::CUDACachingAllocator::emptyCache();
    const auto graph = std::make_shared<at::cuda::CUDAGraph>();
#if TORCH_VERSION_MAJOR >= 2
    // Other threads go on allocating pinned memory meanwhile.
    graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
#else
    graph->capture_begin();
#endif
    try {
      work();
    } catch (...) {
      end_capture(*graph);
      throw;
    }
    graph->capture_end();
    return [graph] {
      ++counts().repeats;
      graph->replay();
    };
  }
  std::string name() const override {
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, device_.index()) != cudaSuccess) return {};
    return {properties.uuid.bytes, sizeof properties.uuid.bytes};
  }
  double free_bytes() const override {
    const c10::cuda::CUDAGuard guard(device_);
    std::size_t free = 0, total = 0;
    return cudaMemGetInfo(&free, &total) == cudaSuccess ? static_cast<double>(free) : 0;
  }

 private:
  // Else all later work of this process on the device would fail, for a reason of no use to anyone.
  static void end_capture(at::cuda::CUDAGraph& graph) {
    try {
      graph.capture_end();
    } catch (const std::exception&) {  // the capture is invalid already: the first exception tells why
    }
  }
  static c10::cuda::CUDAStream stream(const torch::Device& device) {
    return c10::cuda::getStreamFromPool(true, device.index());
  }
  struct Copy final : Download {
    explicit Copy(torch::Tensor to) : values(std::move(to)) {}
    bool there() const override { return copied.query(); }
    void hold_back() override { copied.synchronize(); }
    const torch::Tensor& wait() override {
      if (there()) return values;
      ++counts().waits;
      copied.synchronize();
      return values;
    }
    torch::Tensor values;
    at::cuda::CUDAEvent copied;
  };
  c10::cuda::CUDAStream computing_, copying_;
};

#endif

}  // namespace

DeviceLane::Counts& DeviceLane::counts() {
  static Counts counts;
  return counts;
}

std::unique_ptr<DeviceLane> DeviceLane::on(const torch::Device& device) {
#ifdef CYTOSCALE_HAS_CUDA
  if (device.is_cuda()) return std::make_unique<CudaLane>(device);
#endif
  if (!device.is_cpu())
    throw Error("this program was built without CUDA", "device", "Build with the preset cuda, or choose cpu");
  return std::make_unique<HostLane>();
}

}  // namespace cytoscale::network
