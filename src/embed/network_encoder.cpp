#include "core/error.hpp"
#include "embed/tiled_encoder_torch.hpp"
#include "network/model_file.hpp"
#include "network/network_torch.hpp"

namespace cytoscale {
namespace {

class NetworkEncoder final : public TiledEncoder {
 public:
  NetworkEncoder(std::shared_ptr<Network> network, const std::vector<LayerInfo>& layers,
                 const CropShape& crop, const std::string& remark, const EncoderOptions& options)
      : TiledEncoder(crop, options),
        network_(std::move(network)),
        remark_(remark),
        precision_(options.precision),
        type_(options.precision == "bf16" ? torch::kBFloat16 : torch::kFloat32) {
    names_ = feature_names_of(network_->spec(), layers);
    for (const auto& layer : layers) {
      layers_.push_back(layer.name);
      feature_layers_.insert(feature_layers_.end(), static_cast<std::size_t>(layer.dims), layer.name);
    }
    network_->eval();
    network_->to(device_);
    network_->fold_norms(type_);
  }

  std::vector<std::string> feature_names() const override { return names_; }
  std::vector<std::string> feature_layers() const override { return feature_layers_; }
  std::string description() const override {
    return network_->spec().architecture + ", " + precision_ + ", " + library() +
           (remark_.empty() ? "" : "; " + remark_);
  }

 protected:
  torch::Tensor features(const torch::Tensor& crops) override {
    const auto input = crops.to(device_).to(type_, false, false, torch::MemoryFormat::ChannelsLast);
    return torch::cat(network_->features(input, layers_), 1);
  }

 private:
  std::shared_ptr<Network> network_;
  std::string remark_, precision_;
  torch::ScalarType type_;
  std::vector<std::string> layers_, names_, feature_layers_;
};

// Window and rescaling of crops are the model's; options that contradict it are refused.
CropShape crop_shape_of(const Model& model, const EncoderOptions& options) {
  const auto& info = model.info;
  const auto where = model.path.string();
  if (options.channels > 0 && info.spec.channels != options.channels)
    throw Error("the model takes " + std::to_string(info.spec.channels) + " channels, the screen has " +
                    std::to_string(options.channels),
                where, "Choose the channels it was trained on with --channels, or another model");
  auto told = options;
  if (info.crop_px > 0) told.crop_px = info.crop_px;
  if (!info.crop_normalisation.empty()) told.crop_normalisation = info.crop_normalisation;
  if (options.crop_px > 0 && told.crop_px != options.crop_px)
    throw Error("the model was trained on crops of " + std::to_string(told.crop_px) + " px, not " +
                    std::to_string(options.crop_px),
                where, "Leave --crop-size out to take the model's");
  if (!options.crop_normalisation.empty() && told.crop_normalisation != options.crop_normalisation)
    throw Error("the model was trained on crops rescaled by '" + told.crop_normalisation + "', not by '" +
                    options.crop_normalisation + "'",
                where, "Leave --crop-normalization out to take the model's");
  return crop_shape_of(told, info.spec.channels);
}

}  // namespace

std::unique_ptr<Encoder> make_network_encoder(const EncoderOptions& options) {
  Model model;
  if (options.model.empty()) {
    model.path = "untrained network";
    model.info.spec = {options.architecture, options.channels, 0};
    model.info.crop_normalisation.clear();
  } else {
    model = read_model(options.model, options.channels);
    model.info.spec.classes = 0;  // the classification layer is not needed
  }
  const auto crop = crop_shape_of(model, options);
  check_crop_fits(model.info.spec.architecture, crop.px);
  const auto layers = select_layers(
      model.info.spec, options.layers.empty() ? std::vector<std::string>{default_layer} : options.layers);
  auto network = make_network(model.info.spec);
  if (options.model.empty())
    network->initialise(options.seed);
  else
    load_weights(*network, model.weights, model.path.string());
  return std::make_unique<NetworkEncoder>(std::move(network), layers, crop, model.remark, options);
}

}  // namespace cytoscale
