#include "network/torch/device_pixels_torch.hpp"

#include <algorithm>
#include <limits>

namespace cytoscale::network {
namespace {

using torch::indexing::None;
using torch::indexing::Slice;

// What is not above 0 divides to 0.
torch::Tensor divided(const torch::Tensor& values, const torch::Tensor& divisor) {
  return values / divisor.masked_fill(divisor <= 0, std::numeric_limits<float>::infinity());
}

}  // namespace

torch::Tensor corrected_planes(const torch::Tensor& planes, const torch::Tensor& gain) {
  const auto values = planes.scalar_type() == torch::kInt16
                          ? planes.to(torch::kInt32).bitwise_and_(0xffff).to(torch::kFloat32)
                          : planes.to(torch::kFloat32);
  return gain.defined() ? values / gain : values;
}

std::array<std::int64_t, 2> window_corner(float y, float x, image::PictureSize crop,
                                          image::PictureSize field) {
  // Further out a window is as empty as there.
  const auto start = [](float center, int size_px, int field_px) {
    return std::clamp<std::int64_t>(image::window_start(center, size_px), -size_px, field_px);
  };
  return {start(y, crop.height, field.height), start(x, crop.width, field.width)};
}

torch::Tensor window_crops(const torch::Tensor& field, const torch::Tensor& corners,
                           image::PictureSize size) {
  // Corners lie between -size and the field's: a border of that width holds every window.
  const auto bordered = torch::constant_pad_nd(field, {size.width, size.width, size.height, size.height});
  const auto options = corners.options();
  const auto rows = corners.index({Slice(), 0, None}) + torch::arange(size.height, 2 * size.height, options);
  const auto columns = corners.index({Slice(), 1, None}) + torch::arange(size.width, 2 * size.width, options);
  return bordered
      .index({Slice(), rows.index({Slice(), Slice(), None}), columns.index({Slice(), None, Slice()})})
      .transpose(0, 1);
}

torch::Tensor without_neighbors(const torch::Tensor& crops, const torch::Tensor& labels,
                                const torch::Tensor& own) {
  return crops.masked_fill((labels != 0).logical_and_(labels != own.view({-1, 1, 1, 1})), 0);
}

CropRescaler::CropRescaler(const image::Rescaling& rescaling, const torch::Device& device)
    : how_(rescaling.how) {
  if (!image::needs_statistics(how_)) return;
  const auto& statistics = rescaling.statistics;
  const auto channels = static_cast<std::int64_t>(statistics.sd.size());
  const bool whole = statistics.size != image::PictureSize();
  const auto mean = torch::tensor(statistics.mean), sd = torch::tensor(statistics.sd);
  mean_ = (whole ? mean.view({1, channels, statistics.size.height, statistics.size.width})
                 : mean.view({1, channels, 1, 1}))
              .to(device);
  sd_ = sd.view({1, channels, 1, 1}).to(device);
}

torch::Tensor CropRescaler::operator()(const torch::Tensor& crops) const {
  using image::CropNormalization;
  switch (how_) {
    case CropNormalization::none:
      return crops;
    case CropNormalization::maximum:
      return divided(crops, crops.amax({2, 3}, true));
    case CropNormalization::minmax: {
      const auto low = crops.amin({2, 3}, true);
      return divided(crops - low, crops.amax({2, 3}, true) - low);
    }
    case CropNormalization::zscore: {
      const auto wide = crops.to(torch::kFloat64);
      const auto mean = wide.mean({2, 3}, true);
      const auto sd = (wide - mean).square().mean({2, 3}, true).sqrt();
      return divided(crops - mean.to(torch::kFloat32), sd.to(torch::kFloat32));
    }
    case CropNormalization::dataset:
    case CropNormalization::mean_image:
      break;
  }
  return divided(crops - mean_, sd_);
}

}  // namespace cytoscale::network
