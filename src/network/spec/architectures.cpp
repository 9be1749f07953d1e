#include "network/spec/architectures.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale::network {
namespace {

bool is_convolution(const store::SafeTensors& file, const std::string& name) {
  const auto found = file.tensors.find(name);
  return found != file.tensors.end() && found->second.shape.size() == 4;
}

std::vector<int> residual_blocks(const store::SafeTensors& file) {
  std::vector<int> blocks;
  const auto name = [&](std::size_t block) {
    return "layer" + std::to_string(blocks.size()) + "." + std::to_string(block) + ".conv1.weight";
  };
  do {
    blocks.push_back(0);
    while (is_convolution(file, name(static_cast<std::size_t>(blocks.back())))) ++blocks.back();
  } while (blocks.back() > 0);
  blocks.pop_back();
  return blocks;
}

// Kraus et al. 2016 §4.2. Its pools have a stride of 2: so, and not with 3, do single cells of 64 and of 96
// px make one instance, as the paper has it. A field has one for every 48 px.
const FieldDesign& mil_cnn() {
  static const FieldDesign design = {
      3,
      3,
      2,
      {{3, 32, 1, false},
       {3, 64, 1, true, 0.2},
       {5, 64, 2, true, 0.2},
       {3, 128, 1, true, 0.2},
       {3, 128, 1, true, 0.2},
       {1, 1000, 0, false, 0.5}},
      {1, 0, 0, false},
      true,
      {Pool::noisy_and, Pool::noisy_or, Pool::isr, Pool::generalized_mean, Pool::lse, Pool::mean, Pool::max}};
  return design;
}

// Sailem et al. 2017 §2.3. Of its six layers the paper says no more than their number: two of the third's
// size stand before the last.
FieldDesign wscnn(int layers) {
  FieldDesign design = {1,
                        2,
                        2,
                        {{11, 50, 0}, {3, 100, 0}, {5, 100, 1}},
                        {5, 0, 1, false},
                        false,
                        {Pool::max, Pool::mean, Pool::lse, Pool::fc}};
  for (int i = 4; i < layers; ++i) design.layers.push_back({3, 100, 1});
  return design;
}

const FieldDesign& wscnn4() {
  static const FieldDesign design = wscnn(4);
  return design;
}

const FieldDesign& wscnn6() {
  static const FieldDesign design = wscnn(6);
  return design;
}

std::pair<const std::string, Architecture> transformer(const std::string& name) {
  Architecture architecture{Architecture::Kind::transformer, {}};
  architecture.transformer = transformer_of_name(name).value();
  return {name, architecture};
}

bool is_resnet(const Architecture& architecture, const store::SafeTensors& file) {
  return is_convolution(file, "conv1.weight") &&
         architecture.bottleneck == is_convolution(file, "layer1.0.conv3.weight") &&
         architecture.units == residual_blocks(file);
}

bool is_vgg(const Architecture& architecture, const store::SafeTensors& file) {
  std::size_t expected = 0;
  for (const auto& stage : vgg_indices(architecture))
    for (const int index : stage) {
      if (!is_convolution(file, "features." + std::to_string(index) + ".weight")) return false;
      ++expected;
    }
  const auto found = std::count_if(file.tensors.begin(), file.tensors.end(), [](const auto& entry) {
    return entry.first.starts_with("features.") && entry.second.shape.size() == 4;
  });
  return static_cast<std::size_t>(found) == expected &&
         architecture.norms == file.tensors.contains("features.1.running_mean");
}

bool is_efficientnet_b0(const store::SafeTensors& file) {
  int blocks = 0;
  for (const auto& stage : efficientnet_b0_stages()) blocks += stage.blocks;
  const auto found = std::count_if(file.tensors.begin(), file.tensors.end(), [](const auto& entry) {
    return entry.first.starts_with("blocks.") && entry.first.ends_with(".conv_dw.weight");
  });
  return is_convolution(file, "conv_stem.weight") && is_convolution(file, "conv_head.weight") &&
         found == blocks && is_convolution(file, "blocks.6.0.se.conv_reduce.weight");
}

}  // namespace

int Architecture::width(std::size_t stage) const {
  return kind == Kind::vgg ? std::min(512, 64 << stage) : 64 << stage;
}

int Architecture::width_after(std::size_t stage) const {
  return width(stage) * (bottleneck ? 4 : 1);
}

const std::map<std::string, Architecture>& architectures() {
  using Kind = Architecture::Kind;
  static const std::map<std::string, Architecture> table = {
      {"resnet18", {Kind::resnet, {2, 2, 2, 2}, false, true}},
      {"resnet50", {Kind::resnet, {3, 4, 6, 3}, true, true}},
      {"resnet101", {Kind::resnet, {3, 4, 23, 3}, true, true}},
      {"vgg16", {Kind::vgg, {2, 2, 3, 3, 3}, false, false}},
      {"vgg16_bn", {Kind::vgg, {2, 2, 3, 3, 3}, false, true}},
      {"mil_cnn", {Kind::field, {}, false, false, &mil_cnn()}},
      {"wscnn4", {Kind::field, {}, false, true, &wscnn4()}},
      {"wscnn6", {Kind::field, {}, false, true, &wscnn6()}},
      {"efficientnet_b0", {Kind::efficientnet, {}, false, true}},
      {"tf_efficientnet_b0", {Kind::efficientnet, {}, false, true, nullptr, true}},
      transformer("vit_small_patch16_224"),
      transformer("vit_base_patch16_224"),
      transformer("vit_small_patch14_dinov2"),
      transformer("vit_base_patch14_dinov2")};
  return table;
}

std::optional<Architecture> find_architecture(const std::string& name) {
  if (const auto found = architectures().find(name); found != architectures().end()) return found->second;
  if (transformer_of_name(name)) return transformer(name).second;
  return {};
}

Architecture architecture_of(const std::string& name) {
  if (auto found = find_architecture(name)) return *found;
  throw Error("unknown network architecture '" + name + "'", {},
              "Known: " + join(known_architectures(), ", ") +
                  ", and other Vision Transformers by timm's names, as vit_small_patch8_224");
}

const std::vector<MobileStage>& efficientnet_b0_stages() {
  static const std::vector<MobileStage> stages = {{3, 1, 1, 16, 1}, {3, 2, 6, 24, 2},  {5, 2, 6, 40, 2},
                                                  {3, 2, 6, 80, 3}, {5, 1, 6, 112, 3}, {5, 2, 6, 192, 4},
                                                  {3, 1, 6, 320, 1}};
  return stages;
}

// torchvision counts the ReLUs, normalizations and pools between them too.
std::vector<std::vector<int>> vgg_indices(const Architecture& vgg) {
  std::vector<std::vector<int>> indices;
  int next = 0;
  for (const int convolutions : vgg.units) {
    indices.emplace_back();
    for (int i = 0; i < convolutions; ++i, next += vgg.norms ? 3 : 2) indices.back().push_back(next);
    ++next;
  }
  return indices;
}

std::optional<std::string> recognize_architecture(const store::SafeTensors& file) {
  using Kind = Architecture::Kind;
  for (const auto& [name, architecture] : architectures())
    if ((architecture.kind == Kind::resnet && is_resnet(architecture, file)) ||
        (architecture.kind == Kind::vgg && is_vgg(architecture, file)))
      return name;
  if (is_efficientnet_b0(file)) return "efficientnet_b0";
  if (const auto design = recognize_transformer(file)) return name_of_transformer(*design);
  return {};
}

}  // namespace cytoscale::network
