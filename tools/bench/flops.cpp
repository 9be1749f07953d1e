#include "flops.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace cytoscale::bench {

double forward_flop(const network::NetworkSpec& spec, int crop_px, const std::string& layer) {
  using Kind = network::Operation::Kind;
  const auto plan = network::plan_forward(spec);
  int last = static_cast<int>(plan.operations.size()) - 1;
  if (!layer.empty()) {
    last = -1;
    for (const auto& output : plan.layers)
      if (output.layer == layer) last = output.operation;
    if (last < 0) throw Error("has no layer '" + layer + "' that is counted here", spec.architecture);
  }
  double flop = 0;
  std::vector<int> side;       // of maps
  std::vector<double> places;  // pixels or tokens
  for (int i = 0; i <= last; ++i) {
    const auto& op = plan.operations[static_cast<std::size_t>(i)];
    const auto source = static_cast<std::size_t>(std::max(0, op.source));
    const int from = op.source < 0 ? crop_px : side[source];
    const bool windows = op.kind == Kind::convolution || op.kind == Kind::max_pool;
    side.push_back(windows ? (from + 2 * op.padding - op.kernel) / op.stride + 1
                   : op.kind == Kind::mean || op.kind == Kind::flatten ? 1
                                                                       : from);
    places.push_back(double(side.back()) * side.back());
    if (op.kind == Kind::tokens) places.back() += 1 + op.registers;
    if (op.kind == Kind::layer_norm || op.kind == Kind::dense || op.kind == Kind::attention)
      places.back() = places[source];
    if (op.kind == Kind::convolution)
      flop += 2.0 * op.from / op.groups * op.to * op.kernel * op.kernel * places.back();
    if (op.kind == Kind::dense) flop += 2.0 * op.from * op.to * places.back();
    if (op.kind == Kind::attention) flop += 4.0 * op.to * places.back() * places.back();
  }
  return flop;
}

}  // namespace cytoscale::bench
