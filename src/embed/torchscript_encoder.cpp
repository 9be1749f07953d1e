#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/script.h>

#include "core/error.hpp"
#include "embed/torch_encoder_torch.hpp"

namespace cytoscale::embed {
namespace {

// The line of LibTorch's report that says what went wrong.
std::string reason_of(const std::exception& problem) {
  const std::string text = problem.what(), mark = "Error: ";
  const auto at = text.rfind(mark);
  const auto from = at == std::string::npos ? 0 : at + mark.size();
  return text.substr(from, text.find('\n', from) - from);
}

torch::jit::Module load(const std::filesystem::path& path, const torch::Device& device) {
  try {
    auto module = torch::jit::load(path.string(), device);
    module.eval();
    return module;
  } catch (const c10::Error& problem) {
    throw Error(
        "not a whole TorchScript module (" + reason_of(problem) + ")", path.string(),
        "Save the module with torch.jit.save(torch.jit.script(module), FILE); a dictionary of weights "
        "goes into a .safetensors file");
  }
}

// The tensor of an output; an undefined one where there is none.
torch::Tensor tensor_of(const c10::IValue& output) {
  if (output.isTensor()) return output.toTensor();
  if (output.isTuple() && !output.toTupleRef().elements().empty())
    return tensor_of(output.toTupleRef().elements()[0]);
  if (output.isList() && !output.toListRef().empty()) return tensor_of(output.toListRef()[0]);
  if (!output.isGenericDict()) return {};
  const auto entries = output.toGenericDict();
  for (const auto& entry : entries)
    if (entries.size() == 1 || (entry.key().isString() && entry.key().toStringRef() == "features"))
      return tensor_of(entry.value());
  return {};
}

class TorchScriptEncoder final : public TorchEncoder {
 public:
  TorchScriptEncoder(const CropShape& crop, const EncoderOptions& options)
      : TorchEncoder(crop, options), path_(options.model), module_(load(options.model, device_)) {
    torch::InferenceMode inference;
    const auto dims = features(empty_tile()).size(1);
    for (std::int64_t i = 0; i < dims; ++i) names_.push_back(path_.stem().string() + "_" + std::to_string(i));
    layers_.assign(names_.size(), "output");
  }

  const std::vector<std::string>& feature_names() const override { return names_; }
  const std::vector<std::string>& feature_layers() const override { return layers_; }
  std::string description() const override {
    return "TorchScript module " + path_.filename().string() + ", fp32, " + library();
  }

 protected:
  torch::Tensor features(const torch::Tensor& crops) override {
    auto output = tensor_of(run(crops));
    const auto refuse = [&](const std::string& problem) {
      throw Error(
          "the module gives " + problem, path_.string(),
          "Wrap it in one that gives float [cells][features] or [cells][features][height][width]; of a "
          "tuple the first entry is taken, of a dictionary 'features' or its only one");
    };
    if (!output.defined()) refuse("no tensor");
    if (!output.is_floating_point() || (output.dim() != 2 && output.dim() != 4) ||
        output.size(0) != crops.size(0) || output.size(1) == 0)
      refuse("a tensor " + std::string(output.toString()) + " of shape " + c10::str(output.sizes()) +
             " for " + std::to_string(crops.size(0)) + " cells");
    output = output.to(torch::kFloat32);
    return output.dim() == 4 ? output.mean({2, 3}) : output;
  }

 private:
  c10::IValue run(const torch::Tensor& crops) {
    // Compiled after some calls, by each thread for itself, a module would round in another way from then on.
    torch::jit::setGraphExecutorOptimize(false);
    try {
      return module_.forward({crops.to(device_).contiguous()});
    } catch (const std::exception& problem) {
      throw Error("the module does not take crops of " + std::to_string(channels()) + " channels and " +
                      std::to_string(crop_size().height) + " px (" + reason_of(problem) + ")",
                  path_.string(),
                  "Choose the channels it was made for with --channels, and their size with --crop-size");
    }
  }

  std::filesystem::path path_;
  torch::jit::Module module_;
  std::vector<std::string> names_, layers_;
};

}  // namespace

std::unique_ptr<Encoder> make_torchscript_encoder(const EncoderOptions& options) {
  if (!options.layers.empty())
    throw Error("a TorchScript module has one output and no layers to choose from", "option --layers",
                "Leave it out, or give a model of ours");
  if (options.precision != network::Precision::fp32)
    throw Error("a TorchScript module computes in the precision that it was saved in", "option --precision",
                "Leave it out");
  return std::make_unique<TorchScriptEncoder>(crop_shape_of(options, options.channels), options);
}

}  // namespace cytoscale::embed
