#include "flops.hpp"

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
  std::vector<int> side;
  for (int i = 0; i <= last; ++i) {
    const auto& op = plan.operations[static_cast<std::size_t>(i)];
    const int from = op.source < 0 ? crop_px : side[static_cast<std::size_t>(op.source)];
    side.push_back((from + 2 * op.padding - op.kernel) / op.stride + 1);
    const double pixels = double(side.back()) * side.back();
    if (op.kind == Kind::convolution) flop += 2.0 * op.from * op.to * op.kernel * op.kernel * pixels;
  }
  return flop;
}

}  // namespace cytoscale::bench
