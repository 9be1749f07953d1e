// A batch on a device: what is drawn for it crosses the bus, and operations there make of it what the network
// sees. Its tensors stay where they are from batch to batch.
#pragma once
#include <torch/types.h>

#include "learn/augment/regularizer_torch.hpp"
#include "learn/data/batches.hpp"
#include "learn/device/device_images_torch.hpp"
#include "network/torch/device_lane_torch.hpp"
#include "network/torch/device_pixels_torch.hpp"

namespace cytoscale::learn {

class DeviceBatch {
 public:
  struct Shape {
    std::size_t examples, cells_per_example, labels;
    bool changed;  // at random, and composed by the regularizer; else cells as they are, to be judged
  };
  // All must outlive it.
  DeviceBatch(network::DeviceLane& lane, DeviceImages& images, const BatchMaker& maker,
              const TrainOptions& options, std::size_t channels, const Shape& shape);

  std::size_t capacity() const { return shape_.examples; }

  // On its way to the device.
  struct Staged {
    network::DeviceLane::Buffer places, numbers, windows;
  };
  // No more examples than the shape's. Any thread may ask. Throws Error: the pixels cannot be read.
  Staged stage(const DrawnBatch& drawn) const;
  void upload(const Staged& staged);
  // Of the first `count` examples uploaded: crops in float32, channels last.
  ExampleTensors examples(std::size_t count) const;

 private:
  // Where each kind of number begins, in floats.
  struct Layout {
    std::size_t warps, scaling, backgrounds, kernels, targets, weights, end;
  };
  torch::Tensor numbers(std::size_t first, std::vector<std::int64_t> sizes) const;

  network::DeviceLane& lane_;
  DeviceImages& images_;
  const BatchMaker& maker_;
  Shape shape_;
  std::size_t channels_, cells_;
  bool mirrored_;
  std::size_t radius_ = 0;    // of the blur's kernels, px
  bool backgrounds_ = false;  // or blur
  Layout layout_;
  torch::Tensor places_, numbers_;
  network::CropRescaler rescale_;
};

}  // namespace cytoscale::learn
