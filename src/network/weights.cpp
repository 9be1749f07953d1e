#include <cstring>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "network/model_file.hpp"
#include "network/network_torch.hpp"

namespace cytoscale {
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

bool ends_with_counter(const std::string& name) {
  return name.ends_with("num_batches_tracked");
}

}  // namespace

StoredTensor store_tensor(const torch::Tensor& tensor) {
  const auto values = tensor.detach().to(torch::kCPU).contiguous();
  StoredTensor stored;
  for (const auto& [name, type] : types())
    if (type == values.scalar_type()) stored.dtype = name;
  TORCH_CHECK(!stored.dtype.empty(), "a tensor type that our files do not hold");
  stored.shape = values.sizes().vec();
  stored.bytes.resize(values.nbytes());
  if (!stored.bytes.empty()) std::memcpy(stored.bytes.data(), values.data_ptr(), stored.bytes.size());
  return stored;
}

torch::Tensor restore_tensor(const StoredTensor& stored, const std::string& where) {
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

void store_weights(const Network& network, SafeTensors& file, const std::string& prefix) {
  for (const auto& [name, tensor] : network.named_tensors())
    file.tensors[prefix + name] = store_tensor(tensor);
}

void load_weights(Network& network, const SafeTensors& file, const std::string& where,
                  const std::string& prefix) {
  torch::NoGradGuard no_grad;
  std::set<std::string> known;
  for (auto [name, tensor] : network.named_tensors()) {
    known.insert(name);
    const auto found = file.tensors.find(prefix + name);
    const std::string at = where + ":" + prefix + name;
    if (found == file.tensors.end()) {
      if (ends_with_counter(name)) continue;
      throw Error("the file lacks this tensor of " + network.spec().architecture, at,
                  "Give weights of this architecture, with torchvision's parameter names");
    }
    if (found->second.shape != tensor.sizes().vec())
      throw Error("the tensor has shape " + shape_text(found->second.shape) + ", the network needs " +
                      shape_text(tensor.sizes().vec()),
                  at, "Give weights for as many channels and classes as the screen has");
    tensor.copy_(restore_tensor(found->second, at));
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (!name.starts_with(prefix)) continue;
    const auto bare = name.substr(prefix.size());
    const bool last_layer = network.spec().classes == 0 && bare.starts_with("fc.");
    // A checkpoint holds the optimiser's state too: "optimizer/…".
    if (known.contains(bare) || last_layer || bare.find('/') != std::string::npos) continue;
    throw Error("the network " + network.spec().architecture + " has no such tensor", where + ":" + name,
                "Give weights of this architecture, with torchvision's parameter names");
  }
}

SafeTensors initial_weights(const ModelInfo& info, std::uint64_t seed) {
  auto network = make_network(info.spec);
  network->initialise(seed);
  SafeTensors file;
  store_weights(*network, file);
  file.metadata = model_metadata(info);
  return file;
}

}  // namespace cytoscale
