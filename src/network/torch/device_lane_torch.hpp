// What computing on a device takes beside tensors' operations: copies to and from it that run beside its
// work, and work that is recorded once and then repeated without the host. On a CPU the same calls copy and
// compute at once, so that what is written for a device is tested without one.
//
// One thread, which has entered the lane, computes; any thread may make buffers. Copies are of buffers alone,
// whose memory is pinned: none blocks the host. The host waits only in Download::wait(), which is counted,
// and where it is held back.
#pragma once
#include <torch/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace cytoscale::network {

class DeviceLane {
 public:
  // Memory of the host that a device copies from or to. Let go of while a copy is on its way, it stays until
  // that has ended; what is written into it before then may be copied instead.
  struct Buffer {
    torch::Tensor values;
  };
  // Values on their way to the host.
  class Download {
   public:
    virtual ~Download() = default;
    virtual bool there() const = 0;
    virtual const torch::Tensor& wait() = 0;
    // For a host that is far ahead of the device: until the device has come so far. Not counted.
    virtual void hold_back() = 0;
  };
  // Of all lanes of this process, since it began; for tests and figures.
  struct Counts {
    std::atomic<std::int64_t> uploads = 0, downloads = 0, waits = 0, repeats = 0;
  };
  static Counts& counts();

  // Throws Error: CUDA is asked for where this program has none.
  static std::unique_ptr<DeviceLane> on(const torch::Device& device);
  virtual ~DeviceLane() = default;
  DeviceLane(const DeviceLane&) = delete;
  DeviceLane& operator=(const DeviceLane&) = delete;

  const torch::Device& device() const { return device_; }
  // From here on the calling thread computes on the lane, until it lets go of what this gives.
  virtual std::shared_ptr<void> enter() = 0;
  virtual Buffer buffer(at::IntArrayRef sizes, torch::ScalarType type) const = 0;
  // Begins to copy beside the work that is under way; what is computed from now on sees the copy.
  virtual torch::Tensor upload(const Buffer& buffer) = 0;
  // Begins to copy into `to`, once what was computed before is done.
  virtual void upload(const Buffer& buffer, const torch::Tensor& to) = 0;
  // Begins to copy what the work so far will have made of `values`, which may be changed afterwards.
  virtual std::shared_ptr<Download> download(const torch::Tensor& values) = 0;
  // Work that reads and writes the same tensors whenever it is done and asks nothing of the host: does it a
  // few times, then records it. What comes back repeats it. On a CPU it does the work.
  virtual std::function<void()> record(const std::function<void()>& work) = 0;
  virtual std::string name() const = 0;   // one of this device; no other device anywhere has it
  virtual double free_bytes() const = 0;  // of the device's memory; on a CPU: no limit

 protected:
  explicit DeviceLane(const torch::Device& device) : device_(device) {}
  torch::Device device_;
};

}  // namespace cytoscale::network
