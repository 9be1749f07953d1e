#include "image/crop.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace cytoscale {
namespace {

struct Scaling {
  float offset = 0, divisor = 1;
};

Scaling scaling_of(std::span<const float> values, CropNormalisation normalisation) {
  if (normalisation == CropNormalisation::maximum)
    return {0, *std::max_element(values.begin(), values.end())};
  if (normalisation == CropNormalisation::minmax) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return {*low, *high - *low};
  }
  double sum = 0, squares = 0;
  for (const float v : values) sum += v;
  const double mean = sum / double(values.size());
  for (const float v : values) squares += (v - mean) * (v - mean);
  return {static_cast<float>(mean), static_cast<float>(std::sqrt(squares / double(values.size())))};
}

}  // namespace

CropNormalisation parse_crop_normalisation(const std::string& name) {
  for (const auto known : {CropNormalisation::maximum, CropNormalisation::minmax, CropNormalisation::zscore,
                           CropNormalisation::none}) {
    if (name == name_of(known)) return known;
  }
  throw Error("\"" + name + "\" is not a way to rescale crops", "crop-normalization",
              "Use maximum, minmax, zscore or none");
}

std::string_view name_of(CropNormalisation normalisation) {
  switch (normalisation) {
    case CropNormalisation::maximum:
      return "maximum";
    case CropNormalisation::minmax:
      return "minmax";
    case CropNormalisation::zscore:
      return "zscore";
    case CropNormalisation::none:
      return "none";
  }
  return "unknown";
}

void extract_crop(const FieldImage& field, float y, float x, int size_px, std::span<float> out) {
  if (size_px <= 0 ||
      out.size() != std::size_t(field.channels) * std::size_t(size_px) * std::size_t(size_px)) {
    throw Error("a crop of " + std::to_string(size_px) + " px and " + std::to_string(field.channels) +
                " channels was given room for " + std::to_string(out.size()) + " values");
  }
  // A centre far outside gives an empty crop; the clamp keeps the conversion to int defined.
  const auto start = [size_px](float centre) {
    const double rounded = std::round(double(centre));
    if (!std::isfinite(rounded)) throw Error("a cell's centre is not a finite number");
    return static_cast<long>(std::clamp(rounded, -1e9, 1e9)) - size_px / 2;
  };
  const long top = start(y), left = start(x);
  const long first = std::clamp<long>(-left, 0, size_px);
  const long last = std::clamp<long>(field.width - left, first, size_px);
  float* target = out.data();
  for (int c = 0; c < field.channels; ++c) {
    const float* plane = field.plane(c).data();
    for (int row = 0; row < size_px; ++row, target += size_px) {
      std::fill_n(target, size_px, 0.0f);
      const long image_row = top + row;
      if (image_row < 0 || image_row >= field.height || last == first) continue;
      const float* source = plane + image_row * field.width + left + first;
      std::copy_n(source, last - first, target + first);
    }
  }
}

void normalise_crop(std::span<float> crop, int channels, CropNormalisation normalisation) {
  if (channels <= 0 || crop.empty() || crop.size() % std::size_t(channels) != 0) {
    throw Error("a crop of " + std::to_string(crop.size()) + " values cannot have " +
                std::to_string(channels) + " channels");
  }
  if (normalisation == CropNormalisation::none) return;
  const std::size_t size = crop.size() / std::size_t(channels);
  for (int c = 0; c < channels; ++c) {
    const auto values = crop.subspan(std::size_t(c) * size, size);
    const auto [offset, divisor] = scaling_of(values, normalisation);
    if (!(divisor > 0)) {
      std::fill(values.begin(), values.end(), 0.0f);
      continue;
    }
    for (float& v : values) v = (v - offset) / divisor;
  }
}

}  // namespace cytoscale
