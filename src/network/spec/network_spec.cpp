#include "network/spec/network_spec.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "network/spec/architectures.hpp"
#include "network/spec/forward_plan.hpp"

namespace cytoscale::network {
namespace {

const FieldDesign* design_of(const std::string& architecture) {
  const auto found = find_architecture(architecture);
  return found ? found->field : nullptr;
}

std::string words_of(const std::vector<Pool>& pools) {
  std::vector<std::string> words;
  for (const auto pool : pools) words.push_back(enum_name(pool));
  return join(words, ", ");
}

// timm refuses such pictures, too.
void check_patches(const std::string& architecture, int patch, int height_px, int width_px) {
  if (height_px > 0 && width_px > 0 && height_px % patch == 0 && width_px % patch == 0) return;
  const int px = height_px % patch != 0 ? height_px : width_px, below = px / patch * patch;
  throw Error(
      architecture + " takes pictures whose sides are multiples of its patches, " + std::to_string(patch) +
          " px, not " + std::to_string(px) + " px",
      "option --crop-size",
      "Take " + (below > 0 ? std::to_string(below) + " or " : "") + std::to_string(below + patch) + " px");
}

std::vector<LayerInfo> layers_in(const FieldDesign& design) {
  std::vector<LayerInfo> layers;
  for (const auto& layer : design.layers)
    layers.push_back({"conv" + std::to_string(layers.size() + 1), layer.to});
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

void check_crop_fits(const std::string& architecture, int height_px, int width_px) {
  NetworkSpec{architecture, 1, 0}.validate();
  if (const auto known = architecture_of(architecture); known.kind == Architecture::Kind::transformer)
    return check_patches(architecture, known.transformer.patch, height_px, width_px);
  int least = 1;
  while (map_side(architecture, least) < 1) ++least;
  if (height_px < least || width_px < least)
    throw Error(architecture + " takes pictures of at least " + std::to_string(least) + " px, not " +
                    std::to_string(std::min(height_px, width_px)),
                "option --crop-size", "Take larger crops, or a resnet");
}

bool is_field_network(const std::string& architecture) {
  return design_of(architecture) != nullptr;
}

bool pools_probabilities(const std::string& architecture) {
  const auto* design = design_of(architecture);
  return design && design->probabilities;
}

std::vector<Pool> pools_of(const std::string& architecture) {
  const auto* design = design_of(architecture);
  return design ? design->pools : std::vector<Pool>{};
}

Pooling resolved_pooling(const NetworkSpec& spec) {
  auto pooling = spec.pooling;
  const auto pools = pools_of(spec.architecture);
  if (!pooling.kind && !pools.empty()) pooling.kind = pools.front();
  if (pooling.sharpness == 0) pooling.sharpness = pooling.kind == Pool::noisy_and ? 10 : 2.5;
  return pooling;
}

// A ResNet or EfficientNet shrinks its input 32 times, but rounds up; a VGG rounds down.
int map_side(const std::string& architecture, int field_px) {
  const auto* design = design_of(architecture);
  if (!design) return field_px / (architecture_of(architecture).kind == Architecture::Kind::vgg ? 32 : 8);
  int side = field_px / design->mean_pool;
  auto pools =
      std::count_if(design->layers.begin(), design->layers.end(), [](const auto& l) { return l.pooled; });
  for (const auto& layer : design->layers) {
    side += 2 * layer.padding - layer.kernel + 1;
    if (side < (layer.pooled && --pools > 0 ? design->pool_px : 1)) return 0;
    if (layer.pooled) side = (side - std::min(side, design->pool_px)) / design->pool_stride + 1;
  }
  return side + 2 * design->maps.padding - design->maps.kernel + 1;
}

void NetworkSpec::validate() const {
  architecture_of(architecture);
  if (channels < 1)
    throw Error("a network needs at least one input channel, not " + std::to_string(channels));
  if (classes < 0) throw Error("a network cannot have " + std::to_string(classes) + " classes");
  const auto pools = pools_of(architecture);
  if (pooling.kind && std::find(pools.begin(), pools.end(), *pooling.kind) == pools.end())
    throw Error(architecture + " has no pool '" + enum_name(*pooling.kind) + "'", "option --pool",
                pools.empty()
                    ? "Only networks over whole fields have a choice of pools: mil_cnn, wscnn4, wscnn6"
                    : "Choose from: " + words_of(pools));
  if (!(pooling.sharpness >= 0))
    throw Error("the sharpness of a pool cannot be below 0", "option --pool-sharpness",
                "Give a or r of the pool");
  if (pooling.kind == Pool::fc && classes > 0 &&
      (map_side(architecture, pooling.height) < 1 || map_side(architecture, pooling.width) < 1))
    throw Error("a fully connected layer over the class maps needs to know the size of the fields, and " +
                    std::to_string(pooling.height) + " × " + std::to_string(pooling.width) +
                    " px are too small",
                "option --pool", "Choose max, mean or lse, or larger fields");
}

std::vector<LayerInfo> layers_of(const NetworkSpec& spec) {
  const auto plan = plan_forward(spec);
  if (const auto* design = design_of(spec.architecture)) return layers_in(*design);
  std::vector<LayerInfo> layers;
  for (const auto& layer : plan.layers)
    layers.push_back({layer.layer, plan.operations[static_cast<std::size_t>(layer.operation)].to});
  return layers;
}

std::string usual_layer(const NetworkSpec& spec) {
  switch (architecture_of(spec.architecture).kind) {
    case Architecture::Kind::efficientnet:
      return "block6a_activation";
    case Architecture::Kind::transformer:
      return "cls";
    case Architecture::Kind::field:
      return layers_of(spec).back().name;
    default:
      return "conv4a";
  }
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

}  // namespace cytoscale::network
