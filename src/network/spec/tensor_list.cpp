#include "network/spec/tensor_list.hpp"

#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "network/spec/architectures.hpp"
#include "network/spec/forward_plan.hpp"
#include "store/tensor_values.hpp"

namespace cytoscale::network {
namespace {

using Role = TensorInfo::Role;
using Tensors = std::vector<TensorInfo>;

void add_dense(Tensors& tensors, const std::string& name, std::int64_t from, std::int64_t to) {
  tensors.push_back({name + ".weight", {to, from}, Role::parameter});
  tensors.push_back({name + ".bias", {to}, Role::parameter});
}

void add_convolution(Tensors& tensors, const Operation& convolution) {
  const auto &name = convolution.tensor, &norm = convolution.norm;
  const std::int64_t to = convolution.to, from = convolution.from / convolution.groups,
                     kernel = convolution.kernel;
  tensors.push_back({name + ".weight", {to, from, kernel, kernel}, Role::parameter});
  if (convolution.bias) tensors.push_back({name + ".bias", {to}, Role::parameter});
  if (norm.empty()) return;
  tensors.push_back({norm + ".weight", {to}, Role::parameter});
  tensors.push_back({norm + ".bias", {to}, Role::parameter});
  tensors.push_back({norm + ".running_mean", {to}, Role::statistic});
  tensors.push_back({norm + ".running_var", {to}, Role::statistic});
  tensors.push_back({norm + ".num_batches_tracked", {}, Role::counter});
}

void add_tokens(Tensors& tensors, const Operation& tokens) {
  const std::int64_t width = tokens.to, places = tokens.grid * tokens.grid, registers = tokens.registers;
  tensors.push_back({"cls_token", {1, 1, width}, Role::parameter});
  if (registers > 0) tensors.push_back({"reg_token", {1, registers, width}, Role::parameter});
  tensors.push_back({"pos_embed", {1, places + (registers > 0 ? 0 : 1), width}, Role::parameter});
}

void add_operation(Tensors& tensors, const Operation& operation) {
  using Kind = Operation::Kind;
  const std::int64_t to = operation.to;
  if (operation.kind == Kind::convolution) return add_convolution(tensors, operation);
  if (operation.kind == Kind::tokens) return add_tokens(tensors, operation);
  if (operation.kind == Kind::dense) add_dense(tensors, operation.tensor, operation.from, to);
  if (operation.kind == Kind::layer_norm) {
    tensors.push_back({operation.tensor + ".weight", {to}, Role::parameter});
    tensors.push_back({operation.tensor + ".bias", {to}, Role::parameter});
  }
  if (!operation.scale.empty()) tensors.push_back({operation.scale, {to}, Role::parameter});
}

// Whose names the tensors carry.
std::string naming_of(const std::string& architecture) {
  using Kind = Architecture::Kind;
  const auto kind = architecture_of(architecture).kind;
  return kind == Kind::efficientnet || kind == Kind::transformer ? "timm" : "torchvision";
}

void add_field_layers(Tensors& tensors, const NetworkSpec& spec, const Architecture& architecture) {
  const auto& design = *architecture.field;
  constexpr auto kind = Operation::Kind::convolution;
  const bool norms = architecture.norms;
  int from = spec.channels, number = 0;
  for (const auto& layer : design.layers) {
    const auto at = std::to_string(++number);
    add_convolution(tensors, {kind, -1, from, layer.to, layer.kernel, 1, layer.padding, "conv" + at,
                              norms ? "bn" + at : "", !norms});
    from = layer.to;
  }
  if (spec.classes == 0) return;
  add_convolution(
      tensors, {kind, -1, from, spec.classes, design.maps.kernel, 1, design.maps.padding, "maps", "", true});
  const auto pooling = resolved_pooling(spec);
  if (pooling.kind == Pool::noisy_and && design.probabilities)
    tensors.push_back({"pool.threshold", {spec.classes}, Role::parameter});
  const std::int64_t places = pooling.kind != Pool::fc
                                  ? 1
                                  : static_cast<std::int64_t>(map_side(spec.architecture, pooling.height)) *
                                        map_side(spec.architecture, pooling.width);
  if (design.probabilities || pooling.kind == Pool::fc)
    add_dense(tensors, "fc", spec.classes * places, spec.classes);
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::vector<std::string> parts;
  for (const auto extent : shape) parts.push_back(std::to_string(extent));
  return "[" + join(parts, ", ") + "]";
}

void check_tensor(const TensorInfo& needed, const store::StoredTensor& stored, const std::string& at) {
  const bool whole = needed.role == Role::counter;
  const bool is_whole = stored.dtype == "I64" || stored.dtype == "I32" || stored.dtype == "U8";
  if (whole ? !is_whole : !store::is_floating(stored.dtype))
    throw Error("the tensor's type is " + stored.dtype + ", where " + (whole ? "whole" : "floating-point") +
                    " numbers are needed",
                at, "Save the weights as float32, neither quantized nor rounded");
  if (stored.shape != needed.shape)
    throw Error("the tensor has shape " + shape_text(stored.shape) + ", the network needs " +
                    shape_text(needed.shape),
                at, "Give weights of this architecture, for as many channels and classes as the screen has");
}

}  // namespace

std::vector<TensorInfo> tensors_of(const NetworkSpec& spec) {
  Tensors tensors;
  const auto plan = plan_forward(spec);
  const auto architecture = architecture_of(spec.architecture);
  if (architecture.field) add_field_layers(tensors, spec, architecture);
  for (const auto& operation : plan.operations) add_operation(tensors, operation);
  if (!plan.classifier.empty() && spec.classes > 0)
    add_dense(tensors, plan.classifier, plan.operations.back().to, spec.classes);
  return tensors;
}

bool is_last_layer(const std::string& tensor) {
  for (const auto* last :
       {"fc.", "classifier.6.", "maps.", "pool.", "head.", "classifier.weight", "classifier.bias"})
    if (tensor.starts_with(last)) return true;
  return false;
}

void check_tensors(const NetworkSpec& spec, const store::SafeTensors& file, const std::string& where,
                   LastLayer last_layer) {
  const auto remedy =
      "Give weights of this architecture, with " + naming_of(spec.architecture) + "'s parameter names";
  std::set<std::string> known;
  const auto ignored = [&](const std::string& name) {
    return is_last_layer(name) && (last_layer == LastLayer::keep || spec.classes == 0);
  };
  for (const auto& tensor : tensors_of(spec)) {
    const auto& name = tensor.name;
    known.insert(name);
    if (ignored(name)) continue;
    const auto found = file.tensors.find(name);
    if (found != file.tensors.end())
      check_tensor(tensor, found->second, where + ":" + name);
    else if (tensor.role != Role::counter)
      throw Error("the file lacks this tensor of " + spec.architecture, where + ":" + name, remedy);
  }
  for (const auto& [name, tensor] : file.tensors)
    if (!known.contains(name) && !ignored(name) && name.find('/') == std::string::npos)
      throw Error("the network " + spec.architecture + " has no such tensor", where + ":" + name, remedy);
}

}  // namespace cytoscale::network
