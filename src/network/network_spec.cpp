#include "network/network_spec.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/text.hpp"

namespace cytoscale {
namespace {

std::vector<LayerInfo> resnet_layers(const std::vector<int>& blocks, int expansion) {
  std::vector<LayerInfo> layers = {{"conv1", 64}};
  int dims = 0;
  for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
    dims = (64 << stage) * expansion;
    for (int block = 0; block < blocks[stage]; ++block)
      layers.push_back({"conv" + std::to_string(stage + 2) + static_cast<char>('a' + block), dims});
  }
  layers.push_back({"pool5", dims});
  return layers;
}

const std::map<std::string, std::vector<LayerInfo>>& table() {
  static const std::map<std::string, std::vector<LayerInfo>> layers = {
      {"resnet18", resnet_layers({2, 2, 2, 2}, 1)}};
  return layers;
}

}  // namespace

const std::vector<std::string>& known_architectures() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& entry : table()) all.push_back(entry.first);
    return all;
  }();
  return names;
}

void NetworkSpec::validate() const {
  if (!table().contains(architecture))
    throw Error("unknown network architecture '" + architecture + "'", {},
                "Known: " + join(known_architectures(), ", "));
  if (channels < 1)
    throw Error("a network needs at least one input channel, not " + std::to_string(channels));
  if (classes < 0) throw Error("a network cannot have " + std::to_string(classes) + " classes");
}

std::vector<LayerInfo> layers_of(const NetworkSpec& spec) {
  spec.validate();
  return table().at(spec.architecture);
}

std::vector<LayerInfo> select_layers(const NetworkSpec& spec, const std::vector<std::string>& names) {
  const auto layers = layers_of(spec);
  std::vector<std::string> known;
  for (const auto& layer : layers) known.push_back(layer.name);
  if (names.empty()) throw Error("no layer is named", "layers", "Choose from: " + join(known, ", "));
  std::vector<LayerInfo> chosen;
  for (const auto& name : names) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end())
      throw Error("the network " + spec.architecture + " has no layer '" + name + "'", "layers",
                  "Choose from: " + join(known, ", "));
    if (std::count(names.begin(), names.end(), name) > 1)
      throw Error("layer '" + name + "' is named more than once", "layers", "Name each layer once");
    chosen.push_back(layers[static_cast<std::size_t>(found - known.begin())]);
  }
  return chosen;
}

std::vector<std::string> feature_names_of(const NetworkSpec& spec, const std::vector<LayerInfo>& layers) {
  std::vector<std::string> names;
  for (const auto& layer : layers)
    for (int i = 0; i < layer.dims; ++i)
      names.push_back(spec.architecture + "_" + layer.name + "_" + std::to_string(i));
  return names;
}

}  // namespace cytoscale
