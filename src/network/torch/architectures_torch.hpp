// The families of networks that make_network() knows: each builds any architecture of its kind.
#pragma once
#include <memory>

#include "network/torch/network_torch.hpp"

namespace cytoscale::network {

// Any other, as plan_forward() lists its operations: without dropout and stochastic depth, whose masks would
// have to be drawn by cell for results not to depend on who computes what.
std::shared_ptr<Network> make_planned_network(const NetworkSpec& spec);

// Kraus et al. 2016, Sailem et al. 2017. conv1, bn1, …, maps (the convolution that makes a map for each
// class), pool.threshold (b of noisy-and), fc.
std::shared_ptr<Network> make_field_network(const NetworkSpec& spec);

}  // namespace cytoscale::network
