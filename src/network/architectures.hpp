// The architectures we know, in numbers: what builds a network, names its layers and recognises weights reads
// the same table. No LibTorch. Collective: no.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/safetensors.hpp"

namespace cytoscale {

struct Architecture {
  enum class Kind { resnet, vgg } kind;
  std::vector<int> units;   // of each stage: residual blocks, or convolutions
  bool bottleneck = false;  // blocks of three convolutions instead of two
  bool norms = true;        // a normalisation after every convolution

  int width(std::size_t stage) const;        // channels within a stage: 64, 128, …; of a VGG at most 512
  int width_after(std::size_t stage) const;  // of its output
};

// By name: resnet18, resnet50, resnet101 (He et al., CVPR 2016), vgg16, vgg16_bn (Simonyan & Zisserman, ICLR
// 2015).
const std::map<std::string, Architecture>& architectures();

// A VGG's convolutions: the N of torchvision's "features.N", one stage after the other.
std::vector<std::vector<int>> vgg_indices(const Architecture& vgg);

// By the names of a file's tensors, torchvision's; nothing for any other network.
std::optional<std::string> recognise_architecture(const SafeTensors& file);

}  // namespace cytoscale
