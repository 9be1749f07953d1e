#include "learn/device/device_batch_torch.hpp"

#include <algorithm>
#include <cmath>

#include "image/filter/gaussian_blur.hpp"
#include "learn/data/training_plan.hpp"
#include "learn/device/device_crops_torch.hpp"

namespace cytoscale::learn {
namespace {

constexpr std::size_t place_values = 6, warp_values = 6;

// As CropSources has it.
void put_warp(const DrawnCell& drawn, image::PictureSize size, float* to) {
  const auto& warp = drawn.warp;
  const auto [y, x] = crop_middle(drawn.cell->y, drawn.cell->x, warp, size);
  for (const float value : {y, x, warp.yy, warp.yx, warp.xy, warp.xx}) *to++ = value;
}

// [2 radius + 1]
void put_kernel(float sigma_px, std::size_t radius, float* to) {
  const auto half = sigma_px > 0 ? image::gaussian_kernel(sigma_px) : std::vector<float>{1};
  for (std::size_t i = 0; i < half.size(); ++i) to[radius - i] = to[radius + i] = half[i];
}

}  // namespace

DeviceBatch::DeviceBatch(network::DeviceLane& lane, DeviceImages& images, const BatchMaker& maker,
                         const TrainOptions& options, std::size_t channels, const Shape& shape)
    : lane_(lane),
      images_(images),
      maker_(maker),
      shape_(shape),
      channels_(channels),
      cells_(shape.examples * shape.cells_per_example),
      mirrored_(options.over_fields() && shape.changed),
      rescale_(maker.rescaling(), lane.device()) {
  const auto& augment = options.augment;
  if (shape.changed && augment.blur_px > 0)
    radius_ = static_cast<std::size_t>(std::ceil(4 * augment.blur_px));
  backgrounds_ = shape.changed && (augment.background > 0 || radius_ > 0);
  const auto appearances = backgrounds_ ? cells_ * channels : 0;
  layout_.warps = 0;
  layout_.scaling = layout_.warps + cells_ * warp_values;
  layout_.backgrounds = layout_.scaling + cells_ * channels * 2;
  layout_.kernels = layout_.backgrounds + appearances;
  layout_.targets = layout_.kernels + (radius_ > 0 ? appearances * (2 * radius_ + 1) : 0);
  layout_.weights = layout_.targets + shape.examples * shape.labels;
  layout_.end = layout_.weights + shape.examples;
  const auto on_device = torch::TensorOptions(lane.device());
  places_ = torch::zeros({static_cast<std::int64_t>(cells_), static_cast<std::int64_t>(place_values)},
                         on_device.dtype(torch::kInt64));
  numbers_ = torch::zeros({static_cast<std::int64_t>(layout_.end)}, on_device.dtype(torch::kFloat32));
}

DeviceBatch::Staged DeviceBatch::stage(const DrawnBatch& drawn) const {
  Staged staged{
      lane_.buffer(places_.sizes(), torch::kInt64), lane_.buffer(numbers_.sizes(), torch::kFloat32), {}};
  const auto window = images_.window_bytes();
  if (window > 0)
    staged.windows = lane_.buffer({static_cast<std::int64_t>(drawn.cells.size() * window)}, torch::kUInt8);
  auto* place = staged.places.values.data_ptr<std::int64_t>();
  auto* number = staged.numbers.values.data_ptr<float>();
  auto* windows = window > 0 ? static_cast<std::byte*>(staged.windows.values.data_ptr()) : nullptr;
  std::fill_n(place, staged.places.values.numel(), 0);
  std::fill_n(number, layout_.end, 0.F);
  for (std::size_t i = 0; i < drawn.cells.size(); ++i) {
    const auto& cell = drawn.cells[i];
    const auto at =
        images_.place(*cell.cell, i, {number + layout_.scaling + i * channels_ * 2, channels_ * 2},
                      {windows + i * window, window});
    for (const auto value : {at.base, at.stride, at.top, at.left, at.height, at.width}) *place++ = value;
    put_warp(cell, maker_.size(), number + layout_.warps + i * warp_values);
    for (std::size_t c = 0; backgrounds_ && c < channels_; ++c) {
      const auto which = i * channels_ + c;
      number[layout_.backgrounds + which] = cell.appearances[c].background;
      if (radius_ > 0)
        put_kernel(cell.appearances[c].blur_px, radius_,
                   number + layout_.kernels + which * (2 * radius_ + 1));
    }
  }
  std::copy(drawn.targets.begin(), drawn.targets.end(), number + layout_.targets);
  std::copy(drawn.weights.begin(), drawn.weights.end(), number + layout_.weights);
  return staged;
}

void DeviceBatch::upload(const Staged& staged) {
  lane_.upload(staged.places, places_);
  lane_.upload(staged.numbers, numbers_);
  if (staged.windows.values.defined()) images_.upload(lane_, staged.windows);
}

torch::Tensor DeviceBatch::numbers(std::size_t first, std::vector<std::int64_t> sizes) const {
  std::int64_t count = 1;
  for (const auto size : sizes) count *= size;
  return numbers_.narrow(0, static_cast<std::int64_t>(first), count).view(sizes);
}

ExampleTensors DeviceBatch::examples(std::size_t count) const {
  const auto n = static_cast<std::int64_t>(count * shape_.cells_per_example),
             examples = static_cast<std::int64_t>(count), channels = static_cast<std::int64_t>(channels_);
  auto crops = cut_crops({images_.codes(), places_.narrow(0, 0, n), numbers(layout_.warps, {n, warp_values}),
                          numbers(layout_.scaling, {n, channels, 2})},
                         maker_.size(), mirrored_);
  if (backgrounds_) {
    const auto taps = static_cast<std::int64_t>(2 * radius_ + 1);
    crops = change_appearances(crops, numbers(layout_.backgrounds, {n, channels}),
                               radius_ > 0 ? numbers(layout_.kernels, {n, channels, taps}) : torch::Tensor());
  }
  crops = rescale_(crops);
  ExampleTensors made;
  made.targets = numbers(layout_.targets, {examples, static_cast<std::int64_t>(shape_.labels)});
  if (shape_.changed) {
    crops = maker_.regularizer().compose(crops, numbers(layout_.weights, {examples}));
    made.crops_per_example = maker_.regularizer().crops_per_example();
  }
  made.crops = crops;
  return made;
}

}  // namespace cytoscale::learn
