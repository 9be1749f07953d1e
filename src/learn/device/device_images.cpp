#include "learn/device/device_images_torch.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "learn/augment/augment.hpp"
#include "learn/data/training_plan.hpp"

namespace cytoscale::learn {
namespace {

using network::DeviceLane;

// LibTorch has no arithmetic for uint16: a code less 32768 is an int16, and its offset that much more.
constexpr float bias = 32768;

torch::Tensor biased(const torch::Tensor& bits) {
  return bits.bitwise_xor(std::int16_t{-32768});
}

class ResidentImages final : public DeviceImages {
 public:
  ResidentImages(DeviceLane& lane, const FieldImages& images) : images_(images) {
    std::int64_t pixels = 0;
    for (const auto& [field, image] : images.fields()) {
      base_[field] = pixels;
      pixels += std::int64_t(image.height) * image.width;
    }
    const auto entered = lane.enter();
    const std::int64_t channels = images.fields().begin()->second.channels;
    codes_ = torch::empty({pixels, channels}, torch::TensorOptions(torch::kInt16).device(lane.device()));
    for (const auto& [field, image] : images.fields()) {
      const auto area = std::int64_t(image.height) * image.width;
      const auto buffer = lane.buffer({channels, area}, torch::kInt16);
      std::copy(image.pixels.begin(), image.pixels.end(),
                static_cast<std::uint16_t*>(buffer.values.data_ptr()));
      codes_.narrow(0, base_[field], area).copy_(biased(lane.upload(buffer)).t());
    }
  }

  torch::Tensor codes() const override { return codes_; }
  CodePlace place(const TrainingCell& cell, std::size_t, std::span<float> scaling,
                  std::span<std::byte>) const override {
    const auto& image = images_.at(FieldId(cell.field));
    for (std::size_t c = 0; c < image.offset.size(); ++c) {
      scaling[2 * c] = image.offset[c] + bias * image.scale[c];
      scaling[2 * c + 1] = image.scale[c];
    }
    return {base_.at(cell.field), image.width, 0, 0, image.height, image.width};
  }

 private:
  const FieldImages& images_;
  std::map<std::size_t, std::int64_t> base_;  // by field: its first pixel in codes_
  torch::Tensor codes_;
};

class WindowImages final : public DeviceImages {
 public:
  WindowImages(const DeviceLane& lane, const CellImages& images, std::size_t channels, int side,
               std::size_t cells)
      : images_(images),
        channels_(channels),
        side_(images.window_px(side)),
        codes_(torch::zeros(
            {static_cast<std::int64_t>(cells) * side_ * side_, static_cast<std::int64_t>(channels)},
            torch::TensorOptions(images.bits() == 8 ? torch::kUInt8 : torch::kInt16).device(lane.device()))) {
  }

  torch::Tensor codes() const override { return codes_; }
  std::size_t window_bytes() const override {
    return channels_ * static_cast<std::size_t>(side_ * side_ * images_.bits() / 8);
  }
  CodePlace place(const TrainingCell& cell, std::size_t slot, std::span<float> scaling,
                  std::span<std::byte> window) const override {
    const auto place = images_.window(cell, side_, window, scaling);
    for (std::size_t c = 0; c < channels_ && images_.bits() == 16; ++c)
      scaling[2 * c] += bias * scaling[2 * c + 1];
    const auto first = static_cast<std::int64_t>(slot) * side_ * side_;
    if (place.height <= 0 || place.width <= 0) return {first, side_, 0, 0, 0, 0};
    return {first + (place.top - place.window_top) * side_ + place.left - place.window_left,
            side_,
            place.top,
            place.left,
            place.height,
            place.width};
  }
  void upload(DeviceLane& lane, const DeviceLane::Buffer& windows) override {
    const std::int64_t area = std::int64_t(side_) * side_, channels = codes_.size(1);
    const auto bytes = lane.upload(windows);
    const auto codes = images_.bits() == 8 ? bytes : biased(bytes.view(torch::kInt16));
    const auto cells = codes.numel() / (area * channels);
    codes_.narrow(0, 0, cells * area)
        .view({cells, area, channels})
        .copy_(codes.view({cells, channels, area}).transpose(1, 2));
  }

 private:
  const CellImages& images_;
  std::size_t channels_;
  int side_;
  torch::Tensor codes_;
};

}  // namespace

std::unique_ptr<DeviceImages> make_device_images(DeviceLane& lane, const CellImages& images,
                                                 const TrainOptions& options, std::size_t channels,
                                                 std::size_t cells, int ranks) {
  const auto* fields = dynamic_cast<const FieldImages*>(&images);
  double bytes = 0;
  if (fields)
    for (const auto& [field, image] : fields->fields())
      bytes += 2.0 * static_cast<double>(image.pixels.size());
  // The rest is for activations.
  const bool fits = bytes <= 0.5 * lane.free_bytes() / ranks;
  if (fields && fits && !fields->without_neighbors()) return make_resident_images(lane, *fields);
  if (options.over_fields())
    throw Error("the training images take " + bytes_text(bytes) +
                    ", more than half of what is free on the device for this rank",
                "option --pixels", "Choose host");
  return make_window_images(lane, images, channels, window_for_crop(options.crop_px, options.augment), cells);
}

std::unique_ptr<DeviceImages> make_resident_images(DeviceLane& lane, const FieldImages& images) {
  return std::make_unique<ResidentImages>(lane, images);
}

std::unique_ptr<DeviceImages> make_window_images(const DeviceLane& lane, const CellImages& images,
                                                 std::size_t channels, int side, std::size_t cells) {
  return std::make_unique<WindowImages>(lane, images, channels, side, cells);
}

}  // namespace cytoscale::learn
