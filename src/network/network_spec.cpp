#include "network/network_spec.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "network/architectures.hpp"

namespace cytoscale {
namespace {

std::string layer_name(std::size_t stage, int letter) {
  return "conv" + std::to_string(stage) + static_cast<char>('a' + letter);
}

std::vector<LayerInfo> layers_in(const Architecture& architecture) {
  const bool resnet = architecture.kind == Architecture::Kind::resnet;
  std::vector<LayerInfo> layers;
  if (resnet) layers.push_back({"conv1", 64});
  for (std::size_t stage = 0; stage < architecture.units.size(); ++stage)
    for (int unit = 0; unit < architecture.units[stage]; ++unit)
      layers.push_back({layer_name(stage + (resnet ? 2 : 1), unit), architecture.width_after(stage)});
  layers.push_back({"pool5", layers.back().dims});
  if (!resnet) layers.insert(layers.end(), {{"fc6", 4096}, {"fc7", 4096}});
  return layers;
}

}  // namespace

const std::vector<std::string>& known_architectures() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& entry : architectures()) all.push_back(entry.first);
    return all;
  }();
  return names;
}

void check_crop_fits(const std::string& architecture, int crop_px) {
  NetworkSpec{architecture, 1, 0}.validate();
  const bool vgg = architectures().at(architecture).kind == Architecture::Kind::vgg;
  const int least = vgg ? 32 : 8;  // a VGG halves its input five times, rounding down
  if (crop_px < least)
    throw Error(architecture + " takes crops of at least " + std::to_string(least) + " px, not " +
                    std::to_string(crop_px),
                "option --crop-size", "Take larger crops, or a resnet");
}

void NetworkSpec::validate() const {
  if (!architectures().contains(architecture))
    throw Error("unknown network architecture '" + architecture + "'", {},
                "Known: " + join(known_architectures(), ", "));
  if (channels < 1)
    throw Error("a network needs at least one input channel, not " + std::to_string(channels));
  if (classes < 0) throw Error("a network cannot have " + std::to_string(classes) + " classes");
}

std::vector<LayerInfo> layers_of(const NetworkSpec& spec) {
  spec.validate();
  return layers_in(architectures().at(spec.architecture));
}

std::vector<LayerInfo> select_layers(const NetworkSpec& spec, const std::vector<std::string>& names) {
  const auto layers = layers_of(spec);
  if (names == std::vector<std::string>{"all"}) return layers;
  std::vector<std::string> known;
  for (const auto& layer : layers) known.push_back(layer.name);
  if (names.empty()) throw Error("no layer is named", "layers", "Choose from: all, " + join(known, ", "));
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
