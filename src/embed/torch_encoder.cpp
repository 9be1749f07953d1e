#include <algorithm>

#include "core/error.hpp"
#include "core/worker_pool.hpp"
#include "embed/encoder.hpp"
#include "network/memory.hpp"
#include "network/model_file.hpp"
#include "network/network_torch.hpp"

namespace cytoscale {
namespace {

class TorchEncoder final : public Encoder {
 public:
  TorchEncoder(std::shared_ptr<Network> network, ModelInfo info, const EncoderOptions& options)
      : network_(std::move(network)),
        info_(std::move(info)),
        normalisation_(parse_crop_normalisation(info_.crop_normalisation)),
        layers_(select_layers(info_.spec, options.layers)),
        layer_names_(options.layers),
        precision_(options.precision),
        type_(options.precision == "bf16" ? torch::kBFloat16 : torch::kFloat32),
        device_(choose_device(options.device, options.local_rank)),
        tile_(device_.is_cpu() ? 16 : 256),
        workers_(device_.is_cpu() ? options.threads : 1, [] { at::set_num_threads(1); }) {
    network_->eval();
    network_->to(device_);
    network_->fold_norms(type_);
  }

  int channels() const override { return info_.spec.channels; }
  int crop_px() const override { return info_.crop_px; }
  CropNormalisation normalisation() const override { return normalisation_; }
  std::vector<std::string> feature_names() const override { return feature_names_of(info_.spec, layers_); }
  std::vector<std::string> feature_layers() const override {
    std::vector<std::string> names;
    for (const auto& layer : layers_)
      names.insert(names.end(), static_cast<std::size_t>(layer.dims), layer.name);
    return names;
  }
  std::string description() const override {
    return info_.spec.architecture + ", LibTorch " + TORCH_VERSION + ", " + precision_ +
           (device_.is_cpu() ? ", CPU" : ", CUDA");
  }

  void encode(std::span<const float> crops, std::size_t count, std::span<float> out) override {
    std::size_t dims = 0;
    for (const auto& layer : layers_) dims += static_cast<std::size_t>(layer.dims);
    const auto side = static_cast<std::size_t>(info_.crop_px);
    const auto crop = static_cast<std::size_t>(info_.spec.channels) * side * side;
    if (crops.size() != count * crop || out.size() != count * dims)
      throw Error("buffers do not fit " + std::to_string(count) + " crops", "encoder");
    workers_.run((count + tile_ - 1) / tile_, [&](std::size_t tile, int) {
      const auto first = tile * tile_, here = std::min(tile_, count - first);
      encode_tile(crops.subspan(first * crop, here * crop), here, out.subspan(first * dims, here * dims));
    });
  }

 private:
  // Always `tile_` cells, the last tile filled up with zeros: the library chooses its algorithm by the
  // batch's size, and a cell's features must not depend on how many stand beside it.
  void encode_tile(std::span<const float> crops, std::size_t count, std::span<float> out) {
    torch::InferenceMode inference;
    const auto n = static_cast<std::int64_t>(tile_);
    auto input = torch::zeros({n, info_.spec.channels, info_.crop_px, info_.crop_px});
    std::copy(crops.begin(), crops.end(), input.data_ptr<float>());
    input = input.to(device_).to(type_, false, false, torch::MemoryFormat::ChannelsLast);
    const auto outputs = torch::cat(network_->features(input, layer_names_), 1).to(torch::kCPU).contiguous();
    std::copy_n(outputs.data_ptr<float>(), count * static_cast<std::size_t>(outputs.size(1)), out.begin());
  }

  std::shared_ptr<Network> network_;
  ModelInfo info_;
  CropNormalisation normalisation_;
  std::vector<LayerInfo> layers_;
  std::vector<std::string> layer_names_;
  std::string precision_;
  torch::ScalarType type_;
  torch::Device device_;
  std::size_t tile_;
  // Each with one intra-op thread: what is computed for a tile does not depend on how many there are, and two
  // threads with a tile each are faster than two that share one.
  WorkerPool workers_;
};

void check_fits(const ModelInfo& info, const EncoderOptions& options, const std::string& where) {
  if (options.channels > 0 && info.spec.channels != options.channels)
    throw Error("the model takes " + std::to_string(info.spec.channels) + " channels, the screen has " +
                    std::to_string(options.channels),
                where, "Choose the channels it was trained on with --channels, or another model");
  if (options.crop_px > 0 && info.crop_px != options.crop_px)
    throw Error("the model was trained on crops of " + std::to_string(info.crop_px) + " px, not " +
                    std::to_string(options.crop_px),
                where, "Leave --crop-size out to take the model's");
}

}  // namespace

void EncoderOptions::validate() const {
  if (precision != "fp32" && precision != "bf16")
    throw Error("unknown precision '" + precision + "'", "precision", "Choose fp32 or bf16");
  if (threads < 1) throw Error("at least one thread must compute", "threads");
  if (crop_px < 0 || (crop_px > 0 && crop_px < 8))
    throw Error("crops must have at least 8 px a side", "crop-size");
  parse_crop_normalisation(crop_normalisation);
}

std::unique_ptr<Encoder> make_torch_encoder(const EncoderOptions& options) {
  options.validate();
  keep_freed_memory();
  SafeTensors file;
  ModelInfo info;
  std::string where = "untrained network";
  if (options.model.empty()) {
    info.spec = {options.architecture, options.channels, 0};
  } else {
    const auto path = model_file_of(options.model);
    where = path.string();
    file = read_safetensors(path);
    info = model_info_of(file, path, options.architecture);
    info.spec.classes = 0;  // the classification layer is not needed
  }
  if (info.crop_px == 0) {
    info.crop_px = options.crop_px > 0 ? options.crop_px : 128;
    info.crop_normalisation = options.crop_normalisation;
  }
  check_fits(info, options, where);
  auto network = make_network(info.spec);
  if (options.model.empty())
    network->initialise(options.seed);
  else
    load_weights(*network, file, where);
  return std::make_unique<TorchEncoder>(std::move(network), std::move(info), options);
}

}  // namespace cytoscale
