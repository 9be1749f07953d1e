// Residual networks (He et al., CVPR 2016) with torchvision's names: conv1, bn1, layer1.0.conv1, …,
// layer2.0.downsample.0, fc.
#pragma once
#include <memory>

#include "network/network_torch.hpp"

namespace cytoscale {

std::shared_ptr<Network> make_resnet(const NetworkSpec& spec);

}  // namespace cytoscale
