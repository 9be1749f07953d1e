// Multiplications and additions, two for each weight that meets a pixel, and how many of them this machine
// does in a large product of matrices.
#pragma once
#include <functional>
#include <string>

#include "network/spec/compute.hpp"
#include "network/spec/forward_plan.hpp"

namespace cytoscale::bench {

// Of one crop's way through the network's convolutions, dense layers and attention to a layer; empty: to the
// last one. Throws Error: no
// such layer.
double forward_flop(const network::NetworkSpec& spec, int crop_px, const std::string& layer = {});

// A product of square matrices on each of `threads` threads, by oneDNN or by LibTorch (on a GPU one product
// for all; tf32 where the process allows it): what run() does takes `flop`.
struct MatrixProducts {
  std::string library;
  double flop;
  std::function<void()> run;
};
MatrixProducts onednn_products(network::Precision precision, int threads);
MatrixProducts torch_products(network::Precision precision, int threads, network::Device device);

}  // namespace cytoscale::bench
