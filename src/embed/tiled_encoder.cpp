#include <algorithm>

#include "core/error.hpp"
#include "embed/tiled_encoder_torch.hpp"
#include "image/size_text.hpp"
#include "network/memory.hpp"
#include "network/model_file.hpp"
#include "network/network_torch.hpp"

namespace cytoscale::embed {
namespace {

constexpr std::size_t tile_values = std::size_t{1} << 24;  // a tile of larger pictures has fewer of them

}  // namespace

TiledEncoder::TiledEncoder(const CropShape& crop, const EncoderOptions& options)
    : device_(network::choose_device(options.device, options.local_rank)),
      crop_(crop),
      tile_(options.whole_fields
                ? 1
                : std::clamp<std::size_t>(
                      tile_values / (static_cast<std::size_t>(crop.channels) * crop.size.pixels()), 1,
                      device_.is_cpu() ? 16 : 256)),
      // Threads share a whole field, and take tiles of cells each.
      workers_(device_.is_cpu() && !options.whole_fields ? options.threads : 1,
               [threads = options.whole_fields ? options.threads : 1] { at::set_num_threads(threads); }) {}

void TiledEncoder::encode(std::span<const float> crops, std::size_t count, std::span<float> out) {
  const auto dims = feature_names().size();
  const auto crop = static_cast<std::size_t>(crop_.channels) * crop_.size.pixels();
  if (crops.size() != count * crop || out.size() != count * dims)
    throw Error("buffers do not fit " + std::to_string(count) + " crops", "encoder");
  workers_.run((count + tile_ - 1) / tile_, [&](std::size_t tile, int) {
    const auto first = tile * tile_, here = std::min(tile_, count - first);
    encode_tile(crops.subspan(first * crop, here * crop), here, out.subspan(first * dims, here * dims));
  });
}

// Always `tile_` cells, the last tile filled up with zeros: the library chooses its algorithm by the batch's
// size, and a cell's features must not depend on how many stand beside it.
void TiledEncoder::encode_tile(std::span<const float> crops, std::size_t count, std::span<float> out) {
  torch::NoGradGuard no_graph;
  torch::InferenceMode inference(!needs_gradients());
  auto input = empty_tile();
  std::copy(crops.begin(), crops.end(), input.data_ptr<float>());
  const auto outputs = features(input).to(torch::kCPU, torch::kFloat32).contiguous();
  std::copy_n(outputs.data_ptr<float>(), count * static_cast<std::size_t>(outputs.size(1)), out.begin());
}

torch::Tensor TiledEncoder::empty_tile() const {
  return torch::zeros(
      {static_cast<std::int64_t>(tile_), crop_.channels, crop_.size.height, crop_.size.width});
}

std::string TiledEncoder::library() const {
  return std::string("LibTorch ") + TORCH_VERSION + (device_.is_cpu() ? ", CPU" : ", CUDA");
}

CropShape crop_shape_of(const EncoderOptions& options, int channels) {
  return {channels, options.crop_size.height > 0 ? options.crop_size : image::PictureSize(128),
          image::Rescaling(options.crop_normalization.value_or(image::CropNormalization::maximum))};
}

void EncoderOptions::validate() const {
  if (threads < 1) throw Error("at least one thread must compute", "threads");
  const auto smallest = std::min(crop_size.height, crop_size.width);
  if (smallest < 0 || (smallest > 0 && smallest < 8))
    throw Error("crops must have at least 8 px a side", "crop-size");
}

namespace {

std::unique_ptr<Encoder> make_encoder(const EncoderOptions& options) {
  options.validate();
  network::configure_malloc_for_training();
  auto encoder = network::is_pytorch_file(options.model) ? make_torchscript_encoder(options)
                                                         : make_network_encoder(options);
  const auto& [how, statistics] = encoder->rescaling();
  if (image::needs_statistics(how) && statistics.sd.empty())
    throw Error(
        "crops cannot be rescaled by '" + enum_name(how) + "': the model has no statistics of a training set",
        options.model.string(), "Only a model that was trained so can be used so");
  if (how == image::CropNormalization::mean_image && statistics.size != encoder->crop_size())
    throw Error("the model subtracts a mean image of " + image::size_text(statistics.size) +
                    ", the pictures are of " + image::size_text(encoder->crop_size()),
                options.model.string(), "Give pictures of the size it was trained on");
  return encoder;
}

const bool defined = make_torch_encoder.define(make_encoder);

}  // namespace
}  // namespace cytoscale::embed
