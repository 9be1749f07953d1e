#include <cstring>
#include <map>

#include "core/error.hpp"
#include "network/torch/network_torch.hpp"
#include "network/weights/weights.hpp"

namespace cytoscale::network {
namespace {

const std::map<std::string, torch::ScalarType>& types() {
  static const std::map<std::string, torch::ScalarType> table = {
      {"F32", torch::kFloat32},   {"F64", torch::kFloat64}, {"F16", torch::kFloat16},
      {"BF16", torch::kBFloat16}, {"I64", torch::kInt64},   {"I32", torch::kInt32},
      {"U8", torch::kUInt8}};
  return table;
}

void set(torch::Tensor& tensor, const std::vector<float>& values) {
  torch::NoGradGuard no_grad;
  tensor.copy_(torch::from_blob(const_cast<float*>(values.data()), tensor.sizes()));
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
    throw Error("the tensor's size and its shape disagree", where,
                "The file is damaged; take an older checkpoint or train again");
  if (!stored.bytes.empty()) std::memcpy(values.data_ptr(), stored.bytes.data(), stored.bytes.size());
  return values;
}

void store_weights(const Network& network, store::SafeTensors& file) {
  for (const auto& [name, tensor] : network.named_tensors()) file.tensors[name] = store_tensor(tensor);
}

void load_weights(Network& network, const store::SafeTensors& file, const std::string& where,
                  LastLayer last_layer) {
  check_tensors(network.spec(), file, where, last_layer);
  torch::NoGradGuard no_grad;
  for (auto [name, tensor] : network.named_tensors()) {
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end() || (last_layer == LastLayer::keep && is_last_layer(name))) continue;
    if (tensor.is_floating_point())
      set(tensor, read_values(file, name, where));
    else
      tensor.copy_(restore_tensor(found->second, where + ":" + name));
  }
}

void Network::initialize(std::uint64_t seed) {
  const auto all = tensors_of(spec_);
  auto parameters = named_parameters();
  for (const auto& tensor : all)
    if (tensor.role == TensorInfo::Role::parameter)
      set(parameters[tensor.name], initial_values(spec_, tensor, all, seed));
}

}  // namespace cytoscale::network
