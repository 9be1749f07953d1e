#include <algorithm>
#include <memory>
#include <mutex>

#include "core/error.hpp"
#include "embed/encoder_modules.hpp"
#include "embed/onednn/planned_pass_internal.hpp"
#include "embed/tiled_encoder.hpp"
#include "network/onednn/one_thread.hpp"
#include "network/weights/weights.hpp"

namespace cytoscale::embed::onednn {
namespace {

// bf16's tiles fit the processor's caches; Winograd's transforms of float32 like some more.
constexpr std::size_t tile_of_bf16 = 4, tile_of_fp32 = 8;

class OnednnEncoder final : public TiledEncoder {
 public:
  OnednnEncoder(const network::Model& model, const CropShape& crop, const EncoderOptions& options)
      : TiledEncoder(crop, options.precision == network::Precision::bf16 ? tile_of_bf16 : tile_of_fp32,
                     options.threads),
        description_(model.info.spec.architecture + ", " + enum_name(options.precision) + ", oneDNN " +
                     version() + ", CPU" + (model.remark.empty() ? "" : "; " + model.remark)),
        pass_(make_pass(model, layers_of(model.info.spec, options), options.precision)) {
    for (int i = 0; i < threads(); ++i) idle_.push_back(std::make_unique<TiledPass>(pass_));
  }

  const std::vector<std::string>& feature_names() const override { return names_; }
  const std::vector<std::string>& feature_layers() const override { return layers_; }
  std::string description() const override { return description_; }

  void begin_thread() const override { network::use_one_thread(); }
  void encode_tile(std::span<const TilePlace> places) override {
    auto pass = take_pass();
    pass->run(places);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(pass));
  }

 private:
  static std::string version() {
    const auto& version = *dnnl_version();
    return std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
           std::to_string(version.patch);
  }

  // Of those that no thread is using: there is one for each.
  std::unique_ptr<TiledPass> take_pass() {
    const std::lock_guard lock(mutex_);
    auto pass = std::move(idle_.back());
    idle_.pop_back();
    return pass;
  }

  PlannedPass make_pass(const network::Model& model, const std::vector<network::LayerInfo>& layers,
                        network::Precision precision) {
    const auto& spec = model.info.spec;
    names_ = network::feature_names_of(spec, layers);
    const auto plan = network::plan_forward(spec);
    std::vector<int> outputs;
    for (const auto& layer : layers) {
      layers_.insert(layers_.end(), static_cast<std::size_t>(layer.dims), layer.name);
      outputs.push_back(std::find_if(plan.layers.begin(), plan.layers.end(), [&](const auto& output) {
                          return output.layer == layer.name;
                        })->operation);
    }
    std::vector<network::FoldedConvolution> folded;
    for (const auto& operation : plan.operations)
      if (operation.kind == network::Operation::Kind::convolution)
        folded.push_back(network::fold_convolution(operation, model.weights, model.path.string()));
    return {plan, folded, outputs, {static_cast<int>(tile()), channels(), crop_size()}, precision};
  }

  std::vector<std::string> names_, layers_;
  std::string description_;
  PlannedPass pass_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<TiledPass>> idle_;
};

const bool defined =
    make_onednn_encoder.define([](const EncoderOptions& options) -> std::unique_ptr<Encoder> {
      auto model = model_of(options);
      const auto& spec = model.info.spec;
      if (options.model.empty()) model.weights = network::initial_weights(model.info, options.seed);
      network::check_tensors(spec, model.weights, model.path.string());
      const auto crop = crop_shape_of(model, options);
      network::check_crop_fits(spec.architecture, crop.size.height, crop.size.width);
      return std::make_unique<OnednnEncoder>(model, crop, options);
    });

}  // namespace
}  // namespace cytoscale::embed::onednn
