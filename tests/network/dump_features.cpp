// For compare_pytorch.py: dump_features FOLDER [TIFF ...] writes model.safetensors (2 channels,
// normalisations that are far from the identity), crops.f32 [32][2][64][64] and features.f32 [32][D] of all
// layers into FOLDER. The crops are cut from the TIFF files, one a channel, or painted: blobs on a noisy
// ground.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/random.hpp"
#include "embed/encoder.hpp"
#include "image/crop.hpp"
#include "image/field_image.hpp"
#include "network/model_file.hpp"

using namespace cytoscale;

namespace {

constexpr int cells = 32, crop_px = 64, field_px = 512;

FieldImage painted_field() {
  FieldImage field(2, field_px, field_px);
  Random random(3, {1});
  for (auto& pixel : field.pixels) pixel = static_cast<float>(std::abs(random.normal(100, 10)));
  for (int blob = 0; blob < 120; ++blob) {
    const double y = random.uniform(0, field_px), x = random.uniform(0, field_px),
                 radius = random.uniform(4, 12);
    for (int c = 0; c < 2; ++c)
      for (int i = 0; i < field_px; ++i)
        for (int j = 0; j < field_px; ++j)
          field.plane(c)[static_cast<std::size_t>(i * field_px + j)] += static_cast<float>(
              2000 * std::exp(-((i - y) * (i - y) + (j - x) * (j - x)) / (2 * radius * radius * (c + 1))));
  }
  return field;
}

std::vector<float> cut_crops(const FieldImage& field) {
  const std::size_t size = 2 * crop_px * crop_px;
  std::vector<float> crops(cells * size);
  Random random(4, {1});
  for (std::size_t i = 0; i < cells; ++i) {
    const std::span<float> crop{crops.data() + i * size, size};
    // Some windows reach over the edge.
    const auto y = static_cast<float>(random.uniform(0, field.height)),
               x = static_cast<float>(random.uniform(0, field.width));
    extract_crop(field, y, x, crop_px, crop);
    normalise_crop(crop, 2, CropNormalisation::maximum);
  }
  return crops;
}

// Statistics, scales and shifts as a trained network might have them.
void disturb_norms(SafeTensors& file) {
  Random random(5, {1});
  for (auto& [name, tensor] : file.tensors) {
    const bool scale = tensor.shape.size() == 1 && name.ends_with(".weight"),
               variance = name.ends_with("running_var");
    const bool shift = name.ends_with(".bias") || name.ends_with("running_mean");
    if (!scale && !variance && !shift) continue;
    std::vector<float> values(tensor.bytes.size() / sizeof(float));
    for (auto& value : values)
      value = static_cast<float>(shift ? random.normal(0, 0.2) : random.uniform(0.5, variance ? 3.0 : 1.5));
    std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  }
}

void write_floats(const std::filesystem::path& path, const std::vector<float>& values) {
  write_file_atomically(path, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
}

void dump(const std::filesystem::path& folder, const std::vector<ImageFile>& images) {
  ModelInfo info;
  info.spec = {"resnet18", 2, 7};
  info.crop_px = crop_px;
  auto file = initial_weights(info, 11);
  disturb_norms(file);
  write_safetensors(folder / "model.safetensors", file);
  const auto crops = cut_crops(images.empty() ? painted_field() : read_field(images).image);
  EncoderOptions options;
  options.model = folder / "model.safetensors";
  options.threads = 2;
  options.channels = 2;
  options.device = "cpu";
  options.layers.clear();
  for (const auto& layer : layers_of(info.spec)) options.layers.push_back(layer.name);
  auto encoder = make_torch_encoder(options);
  std::vector<float> features(cells * encoder->feature_names().size());
  encoder->encode(crops, cells, features);
  write_floats(folder / "crops.f32", crops);
  write_floats(folder / "features.f32", features);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::vector<ImageFile> images;
    for (int i = 2; i < argc; ++i) images.push_back({argv[i], 0});
    dump(argv[1], images);
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
