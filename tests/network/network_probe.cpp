// What the Python tests of this folder ask for:
//   network_probe crops FILE [TIFF ...]               [32][2][64][64] float32, cut from these images, one a
//                                                     channel, or painted: blobs on a noisy ground
//   network_probe weights FILE ARCHITECTURE CHANNELS CLASSES CROP_PX
//                                                     normalizations and biases are far from the identity
//   network_probe encode MODEL CROPS CHANNELS CROP_PX LAYERS FILE
// An Error ends it with its text and exit code 2.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/system/files.hpp"
#include "core/text/text.hpp"
#include "embed/encoder.hpp"
#include "image/crop/crop.hpp"
#include "image/field_image.hpp"
#include "network/weights/model_file.hpp"

using namespace cytoscale;

namespace {

constexpr int cells = 32, crop_px = 64, field_px = 512;

image::FieldImage painted_field() {
  image::FieldImage field(2, field_px, field_px);
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

std::vector<float> cut_crops(const image::FieldImage& field) {
  const std::size_t size = 2 * crop_px * crop_px;
  std::vector<float> crops(cells * size);
  Random random(4, {1});
  for (std::size_t i = 0; i < cells; ++i) {
    const std::span<float> crop{crops.data() + i * size, size};
    // Some windows reach over the edge.
    const auto y = static_cast<float>(random.uniform(0, field.height)),
               x = static_cast<float>(random.uniform(0, field.width));
    image::extract_crop(field, y, x, crop_px, crop);
    image::normalize_crop(crop, 2, image::CropNormalization::maximum);
  }
  return crops;
}

// Statistics, scales, shifts and biases as a trained network might have them.
void disturb(store::SafeTensors& file) {
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

void write_crops(const std::filesystem::path& path, const std::vector<ImageFile>& images) {
  write_floats(path, cut_crops(images.empty() ? painted_field() : image::read_field(images)));
}

void write_weights(const std::filesystem::path& path, const network::NetworkSpec& spec, int crop) {
  network::ModelInfo info;
  info.spec = spec;
  info.crop_px = crop;
  auto file = network::initial_weights(info, 11);
  disturb(file);
  store::write_safetensors(path, file);
}

void encode(const embed::EncoderOptions& options, const std::filesystem::path& crops_path,
            const std::filesystem::path& out) {
  const auto bytes = read_file(crops_path);
  std::vector<float> crops(bytes.size() / sizeof(float));
  std::memcpy(crops.data(), bytes.data(), bytes.size());
  auto encoder = embed::make_encoder(options);
  const auto side = static_cast<std::size_t>(options.crop_size.height);
  const auto count = crops.size() / (static_cast<std::size_t>(options.channels) * side * side);
  std::vector<float> features(count * encoder->feature_names().size());
  encoder->encode(crops, count, features);
  write_floats(out, features);
  std::printf("%s\n%s\n", encoder->feature_names().front().c_str(), encoder->description().c_str());
}

void serve(const std::vector<std::string>& words) {
  if (words.at(0) == "crops") {
    std::vector<ImageFile> images;
    for (std::size_t i = 2; i < words.size(); ++i) images.push_back({words[i], 0});
    write_crops(words.at(1), images);
  } else if (words.at(0) == "weights") {
    write_weights(words.at(1), {words.at(2), std::stoi(words.at(3)), std::stoi(words.at(4))},
                  std::stoi(words.at(5)));
  } else {
    embed::EncoderOptions options;
    options.model = words.at(1);
    options.channels = std::stoi(words.at(3));
    options.crop_size = std::stoi(words.at(4));
    options.layers = split_list(words.at(5));
    options.threads = 2;
    options.kind = parse_enum<embed::EncoderKind>(words.at(7));
    const char* device =
        std::getenv("CYTOSCALE_TEST_DEVICE");  // of LibTorch's encoder, as test_device() has it
    options.device = device && *device && options.kind == embed::EncoderKind::torch
                         ? parse_enum<network::Device>(device, "CYTOSCALE_TEST_DEVICE")
                         : network::Device::cpu;
    encode(options, words.at(2), words.at(6));
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    serve({argv + 1, argv + argc});
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
