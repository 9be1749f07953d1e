// The families of networks that make_network() knows: each builds any architecture of its kind.
#pragma once
#include <memory>

#include "network/network_torch.hpp"

namespace cytoscale::network {

// He et al., CVPR 2016. conv1, bn1, layer1.0.conv1, …, layer2.0.downsample.0, fc.
std::shared_ptr<Network> make_resnet(const NetworkSpec& spec);

// Simonyan & Zisserman, ICLR 2015, with torchvision's 7×7 adaptive pool before the dense layers. features.0,
// …, classifier.0, classifier.3, classifier.6. Without dropout: its masks would have to be drawn by cell for
// results not to depend on who computes what.
std::shared_ptr<Network> make_vgg(const NetworkSpec& spec);

// Kraus et al. 2016, Sailem et al. 2017. conv1, bn1, …, maps (the convolution that makes a map for each
// class), pool.threshold (b of noisy-and), fc.
std::shared_ptr<Network> make_field_network(const NetworkSpec& spec);

}  // namespace cytoscale::network
