// Where a device finds the pixels of training cells, as codes of 8 or 16 bits: all fields lie there where
// they fit, else the square around each cell comes with its batch, from fields in memory or a crop store.
#pragma once
#include <torch/types.h>

#include <memory>
#include <span>

#include "learn/data/crop_batch.hpp"
#include "learn/data/field_images.hpp"
#include "network/torch/device_lane_torch.hpp"

namespace cytoscale::learn {

// The part of codes() that a cell's crop is taken from.
struct CodePlace {
  std::int64_t base = 0, stride = 0;  // of (top, left); from row to row; in pixels of codes()
  std::int64_t top = 0, left = 0, height = 0, width = 0;  // px of the field
};

class DeviceImages {
 public:
  virtual ~DeviceImages() = default;
  // [pixels][C] on the device: uint8, or int16, a code less 32768.
  virtual torch::Tensor codes() const = 0;
  // Bytes that come with each cell; 0: none do.
  virtual std::size_t window_bytes() const { return 0; }
  // Of the cell that is the `slot`-th of its batch; scaling: [C][2], a value is offset + scale · code();
  // window: window_bytes(), to be filled. Any thread may ask. Throws Error: the pixels cannot be read.
  virtual CodePlace place(const TrainingCell& cell, std::size_t slot, std::span<float> scaling,
                          std::span<std::byte> window) const = 0;
  // Begins to copy the windows of a batch to codes(), in the order of their slots.
  virtual void upload(network::DeviceLane&, const network::DeviceLane::Buffer&) {}
};

// What suits the images, for batches of so many cells, where so many ranks share the device. Throws Error:
// whole fields that do not fit the device.
std::unique_ptr<DeviceImages> make_device_images(network::DeviceLane& lane, const CellImages& images,
                                                 const TrainOptions& options, std::size_t channels,
                                                 std::size_t cells, int ranks);

// Fields that lie on the device. They must outlive it, for their scaling.
std::unique_ptr<DeviceImages> make_resident_images(network::DeviceLane& lane, const FieldImages& images);
// Windows that come with each batch of so many cells. side: px that a crop may need around a cell.
std::unique_ptr<DeviceImages> make_window_images(const network::DeviceLane& lane, const CellImages& images,
                                                 std::size_t channels, int side, std::size_t cells);

}  // namespace cytoscale::learn
