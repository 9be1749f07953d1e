#include "image/crop/crop.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace cytoscale::image {
namespace {

struct Scaling {
  float offset = 0, divisor = 1;
};

Scaling scaling_of(std::span<const float> values, CropNormalization normalization) {
  if (normalization == CropNormalization::maximum)
    return {0, *std::max_element(values.begin(), values.end())};
  if (normalization == CropNormalization::minmax) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return {*low, *high - *low};
  }
  double sum = 0, squares = 0;
  for (const float v : values) sum += v;
  const double mean = sum / double(values.size());
  for (const float v : values) squares += (v - mean) * (v - mean);
  return {static_cast<float>(mean), static_cast<float>(std::sqrt(squares / double(values.size())))};
}

void rescale_by(const PictureStatistics& statistics, std::span<float> crop, int channels) {
  const auto count = static_cast<std::size_t>(channels), size = crop.size() / count;
  const bool whole = statistics.mean.size() == crop.size();
  if (statistics.sd.size() != count || (!whole && statistics.mean.size() != count))
    throw Error("pictures of " + std::to_string(size) + " pixels and " + std::to_string(channels) +
                    " channels cannot be rescaled by " + std::to_string(statistics.mean.size()) + " means",
                "crop-normalization", "A mean image takes pictures of the size that it was made from");
  for (std::size_t c = 0; c < count; ++c) {
    const float sd = statistics.sd[c];
    for (std::size_t i = c * size; i < (c + 1) * size; ++i)
      crop[i] = sd > 0 ? (crop[i] - statistics.mean[whole ? i : c]) / sd : 0;
  }
}

}  // namespace

// A center far outside gives an empty crop; the clamp keeps the conversion to integers defined.
long window_start(float center, int size_px) {
  if (!std::isfinite(center)) throw Error("a cell's center is not a finite number");
  return static_cast<long>(std::clamp(std::round(double(center)), -1e9, 1e9)) - size_px / 2;
}

void extract_crop(const FieldImage& field, float y, float x, PictureSize size, std::span<float> out) {
  if (size.height <= 0 || size.width <= 0 || out.size() != std::size_t(field.channels) * size.pixels()) {
    throw Error("a crop of " + std::to_string(size.height) + " px and " + std::to_string(field.channels) +
                " channels was given room for " + std::to_string(out.size()) + " values");
  }
  const long top = window_start(y, size.height), left = window_start(x, size.width);
  const long first = std::clamp<long>(-left, 0, size.width);
  const long last = std::clamp<long>(field.width - left, first, size.width);
  float* target = out.data();
  for (int c = 0; c < field.channels; ++c) {
    const float* plane = field.plane(c).data();
    for (int row = 0; row < size.height; ++row, target += size.width) {
      std::fill_n(target, size.width, 0.0f);
      const long image_row = top + row;
      if (image_row < 0 || image_row >= field.height || last == first) continue;
      const float* source = plane + image_row * field.width + left + first;
      std::copy_n(source, last - first, target + first);
    }
  }
}

void normalize_crop(std::span<float> crop, int channels, const Rescaling& rescaling) {
  if (channels <= 0 || crop.empty() || crop.size() % std::size_t(channels) != 0) {
    throw Error("a crop of " + std::to_string(crop.size()) + " values cannot have " +
                std::to_string(channels) + " channels");
  }
  if (rescaling.how == CropNormalization::none) return;
  if (needs_statistics(rescaling.how)) return rescale_by(rescaling.statistics, crop, channels);
  const std::size_t size = crop.size() / std::size_t(channels);
  for (int c = 0; c < channels; ++c) {
    const auto values = crop.subspan(std::size_t(c) * size, size);
    const auto [offset, divisor] = scaling_of(values, rescaling.how);
    if (!(divisor > 0)) {
      std::fill(values.begin(), values.end(), 0.0f);
      continue;
    }
    for (float& v : values) v = (v - offset) / divisor;
  }
}

}  // namespace cytoscale::image
