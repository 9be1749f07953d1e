#include "network/weights/foreign_names.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/text/text.hpp"
#include "network/spec/network_spec.hpp"
#include "store/tensor_values.hpp"

namespace cytoscale::network {
namespace {

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string without_chunk(const std::string& name) {
  const auto parts = split_list(name, '.');
  if (parts.size() < 4 || parts[0] != "blocks" || !is_number(parts[1]) || !is_number(parts[2])) return name;
  return "blocks" + name.substr(name.find('.', name.find('.') + 1));
}

// Where there are registers, timm has no position of the class token: it is always added to it.
void merge_class_position(store::SafeTensors& file, const std::string& where) {
  auto &token = file.tensors.at("cls_token"), &positions = file.tensors.at("pos_embed");
  if (positions.shape.size() != 3 || positions.shape[1] < 2 || token.shape.size() != 3 ||
      token.shape[2] != positions.shape[2])
    return;  // refused when the shapes are checked
  const auto rest = std::vector<std::int64_t>{1, positions.shape[1] - 1, positions.shape[2]};
  if (positions.bytes.empty()) {
    positions.shape = rest;
    return;
  }
  auto own = store::floats_of(token, where + ":cls_token");
  const auto all = store::floats_of(positions, where + ":pos_embed");
  for (std::size_t i = 0; i < own.size(); ++i) own[i] += all[i];
  token = store::tensor_of(own, token.shape);
  positions = store::tensor_of(std::span(all).subspan(own.size()), rest);
}

}  // namespace

void adopt_names(store::SafeTensors& file, const std::string& where) {
  auto& tensors = file.tensors;
  for (const auto* name : {"patch_embed.proj.weight", "pos_embed", "cls_token"})
    if (!tensors.contains(name)) return;
  tensors.erase("mask_token");
  std::vector<std::string> chunked;
  for (const auto& [name, tensor] : tensors)
    if (without_chunk(name) != name) chunked.push_back(name);
  for (const auto& name : chunked) {
    auto entry = tensors.extract(name);
    entry.key() = without_chunk(name);
    tensors.insert(std::move(entry));
  }
  if (!tensors.contains("register_tokens")) return;
  auto entry = tensors.extract("register_tokens");
  entry.key() = "reg_token";
  tensors.insert(std::move(entry));
  merge_class_position(file, where);
}

std::string naming_remedy(const store::SafeTensors& file) {
  if (file.tensors.contains("pre_logits.fc1.weight"))
    return "timm names and shapes a VGG's dense layers in its own way: export torchvision's VGG instead";
  for (const std::string of_others :
       {"features.0.0.weight", "conv_proj.weight", "embeddings.patch_embeddings.projection.weight"})
    if (file.tensors.contains(of_others))
      return "Its names are neither torchvision's of a ResNet or VGG nor timm's: export this network from "
             "timm";
  for (const std::string first :
       {".layer1.0.conv1.weight", ".features.0.weight", ".conv_stem.weight", ".patch_embed.proj.weight"})
    for (const auto& [name, tensor] : file.tensors)
      if (name.ends_with(first))
        return "Take the prefix '" + name.substr(0, name.size() - first.size() + 1) + "' off the names";
  return "Give weights of one of these, a ResNet or VGG with torchvision's parameter names, others with "
         "timm's: " +
         join(known_architectures(), ", ");
}

}  // namespace cytoscale::network
