#include "embed/tiled_encoder.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/threads/worker_pool.hpp"
#include "image/size_text.hpp"

namespace cytoscale::embed {
namespace {

constexpr std::size_t tile_values = std::size_t{1} << 24;  // a tile of larger pictures has fewer of them

}  // namespace

TiledEncoder::TiledEncoder(const CropShape& crop, std::size_t tile, int threads)
    : crop_(crop),
      tile_(std::clamp<std::size_t>(
          tile_values / (static_cast<std::size_t>(crop.channels) * crop.size.pixels()), 1, tile)),
      threads_(threads) {}

void Encoder::encode(std::span<const float> crops, std::size_t count, std::span<float> out) {
  const auto dims = feature_names().size();
  const auto crop = static_cast<std::size_t>(channels()) * crop_size().pixels();
  if (crops.size() != count * crop || out.size() != count * dims)
    throw Error("buffers do not fit " + std::to_string(count) + " crops", "encoder");
  WorkerPool workers(threads(), [this] { begin_thread(); });
  workers.run((count + tile() - 1) / tile(), [&](std::size_t number, int) {
    std::vector<TilePlace> places(tile());
    const auto first = number * tile();
    for (std::size_t i = 0; i < std::min(tile(), count - first); ++i)
      places[i] = {crops.data() + (first + i) * crop, out.data() + (first + i) * dims};
    encode_tile(places);
  });
}

network::Model model_of(const EncoderOptions& options) {
  network::Model model;
  if (options.model.empty()) {
    model.path = "untrained network";
    model.info.spec = {options.architecture, options.channels, 0};
    model.info.crop_normalization.reset();
    model.info.crop_neighbors.reset();
  } else {
    model = network::read_model(options.model, options.channels);
    if (!options.classes) model.info.spec.classes = 0;  // the classification layer is not needed
  }
  return model;
}

CropShape crop_shape_of(const EncoderOptions& options, int channels) {
  return {channels, options.crop_size.height > 0 ? options.crop_size : image::PictureSize(128),
          image::Rescaling(options.crop_normalization.value_or(image::CropNormalization::maximum)),
          options.whole_fields ? image::CropNeighbors::keep
                               : options.crop_neighbors.value_or(image::CropNeighbors::keep)};
}

CropShape crop_shape_of(const network::Model& model, const EncoderOptions& options) {
  const auto& info = model.info;
  const auto where = model.path.string();
  if (options.channels > 0 && info.spec.channels != options.channels)
    throw Error("the model takes " + std::to_string(info.spec.channels) + " channels, the screen has " +
                    std::to_string(options.channels),
                where, "Choose the channels it was trained on with --channels, or another model");
  auto told = options;
  const auto& pooling = info.spec.pooling;
  const bool any_size = (network::is_field_network(info.spec.architecture) || options.whole_fields) &&
                        pooling.kind != network::Pool::fc;
  if (pooling.kind == network::Pool::fc) told.crop_size = {pooling.height, pooling.width};
  if (info.crop_px > 0 && (!any_size || options.crop_size.height == 0)) told.crop_size = info.crop_px;
  if (info.crop_normalization) told.crop_normalization = info.crop_normalization;
  if (info.crop_neighbors) told.crop_neighbors = info.crop_neighbors;
  if (options.crop_size.height > 0 && told.crop_size != options.crop_size)
    throw Error("the model was trained on crops of " + image::size_text(told.crop_size) + ", not " +
                    image::size_text(options.crop_size),
                where, "Leave --crop-size out to take the model's");
  if (options.crop_normalization && told.crop_normalization != options.crop_normalization)
    throw Error("the model was trained on crops rescaled by '" + enum_name(*told.crop_normalization) +
                    "', not by '" + enum_name(*options.crop_normalization) + "'",
                where, "Leave --crop-normalization out to take the model's");
  if (options.crop_neighbors && told.crop_neighbors != options.crop_neighbors)
    throw Error("the model was trained on crops with '" + enum_name(*told.crop_neighbors) +
                    "' for their neighbors, not '" + enum_name(*options.crop_neighbors) + "'",
                where, "Leave --crop-neighbors out to take the model's");
  auto shape = crop_shape_of(told, info.spec.channels);
  shape.rescaling.statistics = info.statistics;
  return shape;
}

std::vector<network::LayerInfo> layers_of(const network::NetworkSpec& spec, const EncoderOptions& options) {
  return network::select_layers(
      spec, options.layers.empty() ? std::vector{network::usual_layer(spec)} : options.layers);
}

}  // namespace cytoscale::embed
