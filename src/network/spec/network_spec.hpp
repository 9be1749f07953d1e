// Which network, in words that need no LibTorch: architectures, their layers and the names of features.
// Layers are named as Caicedo et al. 2018, Fig. 7: conv1 (the stem after its ReLU), conv{stage}{letter} (a
// residual block, or a VGG's convolution, after its ReLU), pool5 (the last block, pooled), and of a VGG fc6
// and fc7 (after their ReLU); of a network over fields conv1, conv2, … (after ReLU and pool); every layer's
// output is averaged over its pixels. Of an EfficientNet as Keras and DeepProfiler name them: stem, block1a …
// block7a (a block's output), block1a_activation … (after its depthwise convolution), pool5. Of a Vision
// Transformer block1_mean, block1_cls, … (a block's patches, averaged, and its class token), then mean and
// cls (after the last normalization).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/enum_names.hpp"

namespace cytoscale::network {

// How a network over fields makes one value of the map that it has for each class (pooling_torch.hpp).
enum class Pool { noisy_and, noisy_or, isr, generalized_mean, lse, mean, max, fc };

struct Pooling {
  std::optional<Pool> kind;   // none: the architecture's usual one, see pools_of()
  double sharpness = 0;       // a of noisy-and, r of generalized-mean and lse; 0: the usual one
  int height = 0, width = 0;  // px, of the fields: fc takes fields of one size only
};

struct NetworkSpec {
  std::string architecture = "resnet18";
  int channels = 3;
  int classes = 0;  // 0: no classification layer
  Pooling pooling{};
  // Throws Error: unknown architecture, no channel, a negative class count, a pool that the architecture does
  // not have, a sharpness below 0, fc without the fields' size.
  void validate() const;
};

struct LayerInfo {
  std::string name;
  int dims;
};

const std::vector<std::string>& known_architectures();

// Throws Error when pictures of this size would be pooled to nothing, or are not made of whole patches.
void check_crop_fits(const std::string& architecture, int height_px, int width_px);
inline void check_crop_fits(const std::string& architecture, int crop_px) {
  check_crop_fits(architecture, crop_px, crop_px);
}

// Of a network over fields, which takes fields of any size; none of another network.
bool is_field_network(const std::string& architecture);
// Whether its class maps hold probabilities, and so what the pool makes of them (Kraus et al. 2016), or
// scores.
bool pools_probabilities(const std::string& architecture);
std::vector<Pool> pools_of(const std::string& architecture);
// With what is usual filled in: the kind; a = 10, r = 2.5.
Pooling resolved_pooling(const NetworkSpec& spec);
// The side of a class map of a field whose side has so many pixels; 0 or less: the field is too small.
int map_side(const std::string& architecture, int field_px);

// In the order of the forward pass. Throws Error for an unknown architecture.
std::vector<LayerInfo> layers_of(const NetworkSpec& spec);

// What is taken where no layer is named: conv4a (Caicedo et al. 2018), block6a_activation (Moshkov et al.
// 2024), cls; of a network over fields the last.
std::string usual_layer(const NetworkSpec& spec);

// The layers named, in the order named; the one word "all": all of them. Throws Error: an unknown or repeated
// name, or none; names those there are.
std::vector<LayerInfo> select_layers(const NetworkSpec& spec, const std::vector<std::string>& names);

// "resnet18_conv4a_0", …: the layers' features one after another.
std::vector<std::string> feature_names_of(const NetworkSpec& spec, const std::vector<LayerInfo>& layers);

}  // namespace cytoscale::network

template <>
struct cytoscale::EnumNames<cytoscale::network::Pool> {
  static constexpr const char* what = "pool";
  static constexpr EnumName<network::Pool> all[] = {{network::Pool::noisy_and, "noisy-and"},
                                                    {network::Pool::noisy_or, "noisy-or"},
                                                    {network::Pool::isr, "isr"},
                                                    {network::Pool::generalized_mean, "generalized-mean"},
                                                    {network::Pool::lse, "lse"},
                                                    {network::Pool::mean, "mean"},
                                                    {network::Pool::max, "max"},
                                                    {network::Pool::fc, "fc"}};
};
