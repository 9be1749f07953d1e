#include "network/weights/weights.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "network/spec/transformer_names.hpp"
#include "network/weights/model_file.hpp"
#include "store/tensor_values.hpp"

namespace cytoscale::network {
namespace {

std::int64_t count_of(const TensorInfo& tensor) {
  std::int64_t count = 1;
  for (const auto extent : tensor.shape) count *= extent;
  return count;
}

template <class Draw>
std::vector<float> filled(const TensorInfo& tensor, Draw draw) {
  std::vector<float> values(static_cast<std::size_t>(count_of(tensor)));
  std::generate(values.begin(), values.end(), [&] { return static_cast<float>(draw()); });
  return values;
}

void check_values(const std::vector<float>& values, const std::string& name, const std::string& where) {
  if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
    throw Error("the tensor holds values that are not finite numbers", where,
                "The weights come from a training that diverged: take an older checkpoint");
  if (name.ends_with("running_var") &&
      std::any_of(values.begin(), values.end(), [](float value) { return value < 0; }))
    throw Error("the tensor holds a variance below 0", where,
                "The file is damaged, or not of a training: take an older checkpoint, or export it again");
}

}  // namespace

std::vector<float> initial_values(const NetworkSpec& spec, const TensorInfo& tensor,
                                  const std::vector<TensorInfo>& all, std::uint64_t seed) {
  const auto& name = tensor.name;
  if (tensor.role != TensorInfo::Role::parameter)
    return filled(tensor, [value = name.ends_with("running_var") ? 1 : 0] { return value; });
  const auto module = name.substr(0, name.rfind('.'));
  // A tensor's own stream of random numbers: adding a layer leaves the others' weights as they were.
  Random random(seed, {stream_key(name)});
  const auto normal = [&](double sd) { return filled(tensor, [&] { return random.normal(0, sd); }); };
  if (module == "fc" || module == "maps" || module == "head" || module == "classifier" ||
      name == "patch_embed.proj.weight") {
    const auto weight = std::find_if(all.begin(), all.end(),
                                     [&](const auto& other) { return other.name == module + ".weight"; });
    const double bound = 1.0 / std::sqrt(static_cast<double>(count_of(*weight) / weight->shape[0]));
    return filled(tensor, [&] { return random.uniform(-bound, bound); });
  }
  if (tensor.shape.size() == 4) {
    const bool depthwise = name.ends_with("conv_dw.weight");
    const auto fan_in = static_cast<double>(count_of(tensor) / tensor.shape[0]),
               fan_out = depthwise ? fan_in : static_cast<double>(count_of(tensor) / tensor.shape[1]);
    return normal(std::sqrt(is_field_network(spec.architecture) ? 2 / (fan_in + fan_out) : 2 / fan_out));
  }
  if (module == "pool") return filled(tensor, [] { return 0.5; });
  const bool tokens = transformer_of_name(spec.architecture).has_value();
  if (tensor.shape.size() == 3) return normal(name == "pos_embed" ? 0.02 : 1e-6);
  if (tensor.shape.size() == 2) return normal(tokens ? 0.02 : 0.01);
  if (name.ends_with("gamma")) return filled(tensor, [] { return 1e-5; });
  return filled(tensor, [value = name.ends_with("weight") ? 1 : 0] { return value; });
}

store::SafeTensors initial_weights(const ModelInfo& info, std::uint64_t seed) {
  store::SafeTensors file;
  const auto all = tensors_of(info.spec);
  for (const auto& tensor : all)
    file.tensors[tensor.name] =
        tensor.role == TensorInfo::Role::counter
            ? store::StoredTensor{"I64", {}, std::vector<std::byte>(sizeof(std::int64_t))}
            : store::tensor_of(initial_values(info.spec, tensor, all, seed), tensor.shape);
  describe_model(info, file);
  return file;
}

std::string check_initial_weights(const std::filesystem::path& model, const NetworkSpec& spec) {
  const auto read = read_initial_weights(model, spec, Contents::header);
  check_tensors(spec, read.weights, read.path.string(), LastLayer::keep);
  return read.remark;
}

std::vector<float> read_values(const store::SafeTensors& file, const std::string& name,
                               const std::string& where) {
  const auto at = where + ":" + name;
  auto values = store::floats_of(file.tensors.at(name), at);
  check_values(values, name, at);
  return values;
}

store::StoredTensor with_channels(const store::StoredTensor& weight, int channels, const std::string& where) {
  store::StoredTensor made{weight.dtype, weight.shape, {}};
  made.shape.at(1) = channels;
  // What is not floating-point is refused when it is loaded.
  if (weight.bytes.empty() || !store::is_floating(weight.dtype)) return made;
  const auto values = store::floats_of(weight, where);
  const auto to = static_cast<std::size_t>(weight.shape[0]), from = static_cast<std::size_t>(weight.shape[1]),
             places = values.size() / (to * from);
  std::vector<float> mean;
  for (std::size_t filter = 0; filter < to; ++filter)
    for (int channel = 0; channel < channels; ++channel)
      for (std::size_t place = 0; place < places; ++place) {
        double sum = 0;
        for (std::size_t source = 0; source < from; ++source)
          sum += values[(filter * from + source) * places + place];
        mean.push_back(static_cast<float>(sum / channels));
      }
  return store::tensor_of(mean, made.shape);
}

FoldedConvolution fold_convolution(const Operation& convolution, const store::SafeTensors& file,
                                   const std::string& where) {
  FoldedConvolution folded{read_values(file, convolution.tensor + ".weight", where),
                           std::vector<float>(static_cast<std::size_t>(convolution.to), 0.F)};
  if (convolution.bias) folded.bias = read_values(file, convolution.tensor + ".bias", where);
  if (convolution.norm.empty()) return folded;
  const auto of_norm = [&](const char* name) {
    return read_values(file, convolution.norm + "." + name, where);
  };
  const auto scale = of_norm("weight"), shift = of_norm("bias"), mean = of_norm("running_mean"),
             variance = of_norm("running_var");
  const auto filter = folded.weight.size() / scale.size();
  for (std::size_t channel = 0; channel < scale.size(); ++channel) {
    const double factor = scale[channel] / std::sqrt(variance[channel] + convolution.epsilon);
    for (std::size_t i = channel * filter; i < (channel + 1) * filter; ++i)
      folded.weight[i] = static_cast<float>(folded.weight[i] * factor);
    folded.bias[channel] =
        static_cast<float>(shift[channel] + (double(folded.bias[channel]) - mean[channel]) * factor);
  }
  return folded;
}

}  // namespace cytoscale::network
