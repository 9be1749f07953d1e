// The architectures we know, in numbers: what builds a network, names its layers and recognizes weights reads
// the same table. No LibTorch. Collective: no.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "network/spec/network_spec.hpp"
#include "network/spec/transformer_names.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::network {

// A convolution of a network over whole fields, with what follows it.
struct FieldLayer {
  int kernel, to, padding;  // px; output channels; px
  bool pooled = true;
  double dropped = 0;  // share of its values that is left out while training
};

// A network over whole fields: layers, a map for each class, and a pool that makes one value of each map.
struct FieldDesign {
  int mean_pool;             // px, before the first layer; 1: none
  int pool_px, pool_stride;  // of the max pools between layers; a map smaller than the last pool is one place
  std::vector<FieldLayer> layers;
  FieldLayer maps;          // its `to` is the number of classes
  bool probabilities;       // a map holds probabilities, through a sigmoid; else scores of any size
  std::vector<Pool> pools;  // the first is the usual one
};

// A stage of an EfficientNet: blocks of a depthwise convolution, the first with that stride.
struct MobileStage {
  int kernel, stride, expansion, to, blocks;
};

struct Architecture {
  enum class Kind { resnet, vgg, field, efficientnet, transformer } kind;
  std::vector<int> units;   // of each stage: residual blocks, or convolutions
  bool bottleneck = false;  // blocks of three convolutions instead of two
  bool norms = true;        // a normalization after every convolution
  const FieldDesign* field = nullptr;
  bool tensorflow = false;  // TensorFlow's padding (SAME) and its epsilon of normalizations
  TransformerDesign transformer{};

  int width(std::size_t stage) const;        // channels within a stage: 64, 128, …; of a VGG at most 512
  int width_after(std::size_t stage) const;  // of its output
};

// By name: resnet18, resnet50, resnet101 (He et al., CVPR 2016), vgg16, vgg16_bn (Simonyan & Zisserman, ICLR
// 2015); mil_cnn (Kraus et al. 2016 §4.2), wscnn4, wscnn6 (Sailem et al. 2017 §2.3); efficientnet_b0,
// tf_efficientnet_b0 (Tan & Le, ICML 2019), and the best known Vision Transformers.
const std::map<std::string, Architecture>& architectures();
// One of these, or another Vision Transformer by its name; nothing: neither.
std::optional<Architecture> find_architecture(const std::string& name);
// Throws Error: unknown.
Architecture architecture_of(const std::string& name);

// Of EfficientNet-B0 (Tan & Le, table 1), and the channels of its first and its last convolution.
const std::vector<MobileStage>& efficientnet_b0_stages();
inline constexpr int efficientnet_stem = 32, efficientnet_head = 1280;

// Of a VGG: the side of what its dense layers take, and their width.
inline constexpr int vgg_pooled_px = 7, vgg_hidden = 4096;

// A VGG's convolutions: the N of torchvision's "features.N", one stage after the other.
std::vector<std::vector<int>> vgg_indices(const Architecture& vgg);

// By the names of a file's tensors, torchvision's, or timm's of an EfficientNet or Vision Transformer;
// nothing for any other network, nor for one over fields, which only we write. efficientnet_b0 may also be
// tf_efficientnet_b0: their tensors are alike.
std::optional<std::string> recognize_architecture(const store::SafeTensors& file);

}  // namespace cytoscale::network
