#include "network/architectures.hpp"

#include <algorithm>

namespace cytoscale {
namespace {

bool is_convolution(const SafeTensors& file, const std::string& name) {
  const auto found = file.tensors.find(name);
  return found != file.tensors.end() && found->second.shape.size() == 4;
}

std::vector<int> residual_blocks(const SafeTensors& file) {
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

bool is_resnet(const Architecture& architecture, const SafeTensors& file) {
  return is_convolution(file, "conv1.weight") &&
         architecture.bottleneck == is_convolution(file, "layer1.0.conv3.weight") &&
         architecture.units == residual_blocks(file);
}

bool is_vgg(const Architecture& architecture, const SafeTensors& file) {
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
      {"vgg16_bn", {Kind::vgg, {2, 2, 3, 3, 3}, false, true}}};
  return table;
}

// torchvision counts the ReLUs, normalisations and pools between them too.
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

std::optional<std::string> recognise_architecture(const SafeTensors& file) {
  for (const auto& [name, architecture] : architectures())
    if (architecture.kind == Architecture::Kind::resnet ? is_resnet(architecture, file)
                                                        : is_vgg(architecture, file))
      return name;
  return {};
}

}  // namespace cytoscale
