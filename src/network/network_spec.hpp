// Which network, in words that need no LibTorch: architectures, their layers and the names of features.
// Layers are named as Caicedo et al. 2018, Fig. 7: conv1 (the stem after its ReLU), conv{stage}{letter} (a
// residual block, or a VGG's convolution, after its ReLU), pool5 (the last block, pooled), and of a VGG fc6
// and fc7 (after their ReLU); every layer's output is averaged over its pixels.
#pragma once
#include <string>
#include <vector>

namespace cytoscale {

struct NetworkSpec {
  std::string architecture = "resnet18";
  int channels = 3;
  int classes = 0;        // 0: no classification layer
  void validate() const;  // throws Error: unknown architecture, no channel, a negative class count
};

struct LayerInfo {
  std::string name;
  int dims;
};

const std::vector<std::string>& known_architectures();

// Throws Error when crops of this size would be pooled to nothing.
void check_crop_fits(const std::string& architecture, int crop_px);

// In the order of the forward pass. Throws Error for an unknown architecture.
std::vector<LayerInfo> layers_of(const NetworkSpec& spec);

// The layers named, in the order named; the one word "all": all of them. Throws Error: an unknown or repeated
// name, or none; names those there are.
std::vector<LayerInfo> select_layers(const NetworkSpec& spec, const std::vector<std::string>& names);

// "resnet18_conv4a_0", …: the layers' features one after another.
std::vector<std::string> feature_names_of(const NetworkSpec& spec, const std::vector<LayerInfo>& layers);

}  // namespace cytoscale
