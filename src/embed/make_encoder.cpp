#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "embed/encoder_modules.hpp"
#include "embed/tiled_encoder.hpp"
#include "image/size_text.hpp"
#include "network/device.hpp"
#include "network/spec/forward_plan.hpp"
#include "network/weights/model_file.hpp"

namespace cytoscale::embed {
namespace {

bool has_avx512() {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq");
}

// What our passes by oneDNN are made of (embed/onednn/planned_pass_internal.hpp).
bool is_plain(const network::Operation& operation) {
  using network::Activation;
  using Kind = network::Operation::Kind;
  return operation.kind == Kind::max_pool ||
         (operation.kind == Kind::convolution && operation.groups == 1 && !operation.same_padding &&
          (operation.activation == Activation::none || operation.activation == Activation::relu));
}

// The part of a plan that is plain has these layers.
std::string beyond_plain(const network::NetworkSpec& spec, const EncoderOptions& options) {
  const auto plan = network::plan_forward(spec);
  const auto plain =
      std::find_if_not(plan.operations.begin(), plan.operations.end(), is_plain) - plan.operations.begin();
  const auto is_output = [&](const std::string& layer) {
    return std::any_of(plan.layers.begin(), plan.layers.end(),
                       [&](const auto& o) { return o.layer == layer && o.operation < plain; });
  };
  if (std::none_of(plan.layers.begin(), plan.layers.end(),
                   [&](const auto& o) { return o.operation < plain; }))
    return "it does not know " + spec.architecture;
  for (const auto& layer : layers_of(spec, options))
    if (!is_output(layer.name)) return "it has no layer '" + layer.name + "' of " + spec.architecture;
  return {};
}

}  // namespace

std::string beyond_onednn(const EncoderOptions& options) {
#ifndef CYTOSCALE_HAS_ONEDNN
  return "this program was built without it";
#endif
  if (options.device == network::Device::cuda) return "it computes on CPUs";
  if (options.pixels == network::PixelPlace::device) return "it takes crops that are cut on the host";
  if (options.classes || options.whole_fields) return "it makes features of cells alone";
  if (network::is_pytorch_file(options.model)) return "it does not run TorchScript";
  if (options.precision == network::Precision::bf16 && !has_avx512())
    return "bf16 takes a processor with AVX-512";
  const auto spec =
      options.model.empty()
          ? network::NetworkSpec{options.architecture, std::max(1, options.channels), 0}
          : network::read_model(options.model, options.channels, network::Contents::header).info.spec;
  return beyond_plain(spec, options);
}

namespace {

EncoderKind chosen(const EncoderOptions& options) {
  if (options.kind == EncoderKind::torch) return options.kind;
  const auto problem = beyond_onednn(options);
  if (options.kind == EncoderKind::onednn && !problem.empty())
    throw Error("oneDNN cannot encode this: " + problem, "option --encoder", "Choose auto or torch");
  if (options.kind == EncoderKind::onednn) return options.kind;
  const bool here = problem.empty() && !network::computes_on_gpu(options.device);
  return here ? EncoderKind::onednn : EncoderKind::torch;
}

void check_rescaling(const Encoder& encoder, const std::filesystem::path& model) {
  const auto& [how, statistics] = encoder.rescaling();
  if (image::needs_statistics(how) && statistics.sd.empty())
    throw Error(
        "crops cannot be rescaled by '" + enum_name(how) + "': the model has no statistics of a training set",
        model.string(), "Only a model that was trained so can be used so");
  if (how == image::CropNormalization::mean_image && statistics.size != encoder.crop_size())
    throw Error("the model subtracts a mean image of " + image::size_text(statistics.size) +
                    ", the pictures are of " + image::size_text(encoder.crop_size()),
                model.string(), "Give pictures of the size it was trained on");
}

}  // namespace

void EncoderOptions::validate() const {
  if (threads < 1) throw Error("at least one thread must compute", "threads");
  const auto smallest = std::min(crop_size.height, crop_size.width);
  if (smallest < 0 || (smallest > 0 && smallest < 8))
    throw Error("crops must have at least 8 px a side", "crop-size");
}

std::unique_ptr<Encoder> make_encoder(const EncoderOptions& options) {
  options.validate();
  auto encoder =
      chosen(options) == EncoderKind::onednn ? make_onednn_encoder(options) : make_torch_encoder(options);
  check_rescaling(*encoder, options.model);
  return encoder;
}

}  // namespace cytoscale::embed
