#include <cstring>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "network/first_convolution.hpp"
#include "network/model_file.hpp"
#include "network/network_torch.hpp"

namespace cytoscale::network {
namespace {

const std::map<std::string, torch::ScalarType>& types() {
  static const std::map<std::string, torch::ScalarType> table = {
      {"F32", torch::kFloat32},   {"F64", torch::kFloat64}, {"F16", torch::kFloat16},
      {"BF16", torch::kBFloat16}, {"I64", torch::kInt64},   {"I32", torch::kInt32},
      {"U8", torch::kUInt8}};
  return table;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::vector<std::string> parts;
  for (const auto extent : shape) parts.push_back(std::to_string(extent));
  return "[" + join(parts, ", ") + "]";
}

constexpr const char* names_remedy = "Give weights of this architecture, with torchvision's parameter names";

bool is_last_layer(const std::string& name) {
  for (const auto* last : {"fc.", "classifier.6.", "maps.", "pool."})
    if (name.starts_with(last)) return true;
  return false;
}

void check_tensor(const torch::Tensor& needed, const store::StoredTensor& stored, const std::string& at) {
  const auto type = types().find(stored.dtype);
  if (type == types().end() || c10::isFloatingType(type->second) != needed.is_floating_point())
    throw Error("the tensor's type is " + stored.dtype + ", where " +
                    (needed.is_floating_point() ? "floating-point" : "whole") + " numbers are needed",
                at, "Save the weights as float32, neither quantized nor rounded");
  if (stored.shape != needed.sizes().vec())
    throw Error("the tensor has shape " + shape_text(stored.shape) + ", the network needs " +
                    shape_text(needed.sizes().vec()),
                at, "Give weights of this architecture, for as many channels and classes as the screen has");
}

void check_values(const torch::Tensor& tensor, const std::string& name, const std::string& at) {
  if (!tensor.is_floating_point()) return;
  if (!torch::isfinite(tensor).all().item<bool>())
    throw Error("the tensor holds values that are not finite numbers", at,
                "The weights come from a training that diverged: take an older checkpoint");
  if (name.ends_with("running_var") && (tensor < 0).any().item<bool>())
    throw Error("the tensor holds a variance below 0", at,
                "The file is damaged, or not of a training: take an older checkpoint, or export it again");
}

}  // namespace

store::StoredTensor store_tensor(const torch::Tensor& tensor) {
  const auto values = tensor.detach().to(torch::kCPU).contiguous();
  store::StoredTensor stored;
  for (const auto& [name, type] : types())
    if (type == values.scalar_type()) stored.dtype = name;
  TORCH_CHECK(!stored.dtype.empty(), "a tensor type that our files do not hold");
  stored.shape = values.sizes().vec();
  stored.bytes.resize(values.nbytes());
  if (!stored.bytes.empty()) std::memcpy(stored.bytes.data(), values.data_ptr(), stored.bytes.size());
  return stored;
}

torch::Tensor restore_tensor(const store::StoredTensor& stored, const std::string& where) {
  const auto type = types().find(stored.dtype);
  if (type == types().end())
    throw Error("tensor type " + stored.dtype + " is not supported", where, "Save it as float32");
  auto values = torch::empty(stored.shape, type->second);
  if (values.nbytes() != stored.bytes.size())
    throw Error("the tensor's size and its shape " + shape_text(stored.shape) + " disagree", where,
                "The file is damaged; take an older checkpoint or train again");
  if (!stored.bytes.empty()) std::memcpy(values.data_ptr(), stored.bytes.data(), stored.bytes.size());
  return values;
}

void store_weights(const Network& network, store::SafeTensors& file) {
  for (const auto& [name, tensor] : network.named_tensors()) file.tensors[name] = store_tensor(tensor);
}

void check_weights(const Network& network, const store::SafeTensors& file, const std::string& where,
                   LastLayer last_layer) {
  std::set<std::string> known;
  const auto ignored = [&](const std::string& name) {
    return is_last_layer(name) && (last_layer == LastLayer::keep || network.spec().classes == 0);
  };
  for (const auto& [name, tensor] : network.named_tensors()) {
    known.insert(name);
    if (ignored(name)) continue;
    const auto found = file.tensors.find(name);
    if (found != file.tensors.end())
      check_tensor(tensor, found->second, where + ":" + name);
    else if (!name.ends_with("num_batches_tracked"))
      throw Error("the file lacks this tensor of " + network.spec().architecture, where + ":" + name,
                  names_remedy);
  }
  for (const auto& [name, tensor] : file.tensors)
    if (!known.contains(name) && !ignored(name) && name.find('/') == std::string::npos)
      throw Error("the network " + network.spec().architecture + " has no such tensor", where + ":" + name,
                  names_remedy);
}

void load_weights(Network& network, const store::SafeTensors& file, const std::string& where,
                  LastLayer last_layer) {
  check_weights(network, file, where, last_layer);
  torch::NoGradGuard no_grad;
  for (auto [name, tensor] : network.named_tensors()) {
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end() || (last_layer == LastLayer::keep && is_last_layer(name))) continue;
    const std::string at = where + ":" + name;
    tensor.copy_(restore_tensor(found->second, at));
    check_values(tensor, name, at);
  }
}

namespace {

store::StoredTensor changed_channels(const store::StoredTensor& weight, int channels,
                                     const std::string& where) {
  store::StoredTensor made{weight.dtype, weight.shape, {}};
  made.shape.at(1) = channels;
  const auto type = types().find(weight.dtype);
  // What is not floating-point is refused when it is loaded.
  if (weight.bytes.empty() || type == types().end() || !c10::isFloatingType(type->second)) return made;
  const auto sum = restore_tensor(weight, where).to(torch::kFloat64).sum(1, true);
  return store_tensor((sum / channels).expand(made.shape).to(torch::kFloat32));
}

std::string check_weights_of_file(const std::filesystem::path& model, const NetworkSpec& spec) {
  const auto read = read_initial_weights(model, spec, Contents::header);
  check_weights(*make_network(spec), read.weights, read.path.string(), LastLayer::keep);
  return read.remark;
}

store::SafeTensors weights_from_seed(const ModelInfo& info, std::uint64_t seed) {
  auto network = make_network(info.spec);
  network->initialize(seed);
  store::SafeTensors file;
  store_weights(*network, file);
  describe_model(info, file);
  return file;
}

const bool defined = with_channels.define(changed_channels) &&
                     check_initial_weights.define(check_weights_of_file) &&
                     initial_weights.define(weights_from_seed);

}  // namespace
}  // namespace cytoscale::network
