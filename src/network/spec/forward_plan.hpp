// The operations of a network as a list, with the names of their tensors: what builds a network, names its
// layers and tensors, or runs it with another library reads the same list. No LibTorch.
#pragma once
#include <string>
#include <vector>

#include "network/spec/network_spec.hpp"

namespace cytoscale::network {

enum class Activation { none, relu, silu, sigmoid, gelu };

inline constexpr double norm_epsilon = 1e-5;  // torchvision's, of batch normalizations

// What an operation takes and makes is maps, [N][C][h][w], tokens, [N][T][C], or rows, [N][C]. A convolution
// or dense layer is followed by its bias and its normalization or scale, then what `added` made is added to
// it, then its activation.
struct Operation {
  enum class Kind {
    convolution,  // of maps, with a square window
    max_pool,     // of maps, with a square window
    mean,         // maps -> maps of one pixel
    product,      // maps, times what `added` made
    flatten,      // maps -> their means over kernel × kernel parts of them, as a row of from · kernel²
    tokens,       // maps -> the class token, registers and pixels, with their positions
    layer_norm,   // of each token
    dense,        // of each token or row
    attention     // tokens of queries, keys and values (from = 3 · to) -> tokens
  } kind;
  int source;  // the operation whose output it takes; -1: the pictures
  int from, to, kernel = 1, stride = 1, padding = 0;
  std::string tensor{}, norm{};  // of a convolution: layer1.0.conv1, layer1.0.bn1; the latter may be empty
  bool bias = false;
  int added = -1;  // an operation, whose output no later one takes; -1: none
  Activation activation = Activation::none;
  int groups = 1;                 // of a convolution: from and to are in so many parts
  double epsilon = norm_epsilon;  // of a normalization
  bool same_padding = false;      // TensorFlow's SAME in place of `padding`: any excess is below and right
  int heads = 0;                  // of an attention
  int grid = 0, registers = 0;    // of tokens: patches a side that have positions
  std::string scale{};            // of a dense layer: LayerScale, blocks.0.ls1.gamma; may be empty
};

// What makes a row of features of an operation's output.
struct LayerOutput {
  std::string layer;
  int operation;
  enum class Of {
    all,          // the mean over pixels, if there are any
    class_token,  // the first
    patches,      // the mean over tokens, from first_patch on
  } of = Of::all;
  int first_patch = 1;
};

struct ForwardPlan {
  std::vector<Operation> operations;
  std::vector<LayerOutput> layers;  // in the order of the operations; the last is what is classified
  std::string classifier;           // tensor of the last, dense layer: fc
};

// Of a network over fields: empty.
ForwardPlan plan_forward(const NetworkSpec& spec);

}  // namespace cytoscale::network
