// The convolutions and pools of a ResNet or a VGG as a list of operations, with the names of their tensors:
// what builds a network, names its layers and tensors, or runs it with another library reads the same list.
// No LibTorch.
#pragma once
#include <string>
#include <vector>

#include "network/spec/network_spec.hpp"

namespace cytoscale::network {

// A square window. A convolution is followed by its bias and its normalization, then what `added` made is
// added to it, then ReLU.
struct Operation {
  enum class Kind { convolution, max_pool } kind;
  int source;  // the operation whose output it takes; -1: the pictures
  int from, to, kernel, stride, padding;
  std::string tensor, norm;  // of a convolution: layer1.0.conv1, layer1.0.bn1; the latter may be empty
  bool bias = false;
  int added = -1;  // an operation, whose output no later one takes; -1: none
  bool relu = false;
};

// The output of an operation, averaged over its pixels, is a layer's.
struct LayerOutput {
  std::string layer;
  int operation;
};

struct ForwardPlan {
  std::vector<Operation> operations;  // in the order of torchvision's tensors
  std::vector<LayerOutput> layers;    // in the order of the operations
};

// Without the dense layers of a VGG. Of another architecture: empty.
ForwardPlan plan_forward(const NetworkSpec& spec);

}  // namespace cytoscale::network
