#include "network/spec/forward_plan.hpp"

#include "network/spec/architectures.hpp"

namespace cytoscale::network {
namespace {

using Kind = Operation::Kind;

class Planner {
 public:
  void convolve(const Operation& operation) { plan_.operations.push_back(operation); }
  void max_pool(int kernel, int stride, int padding) {
    const int channels = plan_.operations.back().to;
    plan_.operations.push_back({Kind::max_pool, last(), channels, channels, kernel, stride, padding, "", ""});
  }
  void layer(const std::string& name) { plan_.layers.push_back({name, last()}); }
  int last() const { return static_cast<int>(plan_.operations.size()) - 1; }
  ForwardPlan take() { return std::move(plan_); }

 private:
  ForwardPlan plan_;
};

std::string layer_name(std::size_t stage, int letter) {
  return "conv" + std::to_string(stage) + static_cast<char>('a' + letter);
}

struct Block {
  std::string name;  // layer1.0
  int from, width, to, stride;
};

// With the stride of a bottleneck in its 3×3 convolution, as torchvision has it.
void add_block(Planner& planner, const Block& block, bool bottleneck) {
  const int input = planner.last();
  const bool projected = block.stride > 1 || block.from != block.to;
  struct Part {
    int from, to, kernel, stride;
  };
  const auto parts =
      bottleneck ? std::vector<Part>{{block.from, block.width, 1, 1},
                                     {block.width, block.width, 3, block.stride},
                                     {block.width, block.to, 1, 1}}
                 : std::vector<Part>{{block.from, block.to, 3, block.stride}, {block.to, block.to, 3, 1}};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& [from, to, kernel, stride] = parts[i];
    const auto number = std::to_string(i + 1);
    const bool ends = i + 1 == parts.size();
    planner.convolve({Kind::convolution, planner.last(), from, to, kernel, stride, kernel / 2,
                      block.name + ".conv" + number, block.name + ".bn" + number, false,
                      ends && !projected ? input : -1, !ends || !projected});
  }
  if (projected)
    planner.convolve({Kind::convolution, input, block.from, block.to, 1, block.stride, 0,
                      block.name + ".downsample.0", block.name + ".downsample.1", false, planner.last(),
                      true});
}

// He et al., CVPR 2016.
ForwardPlan plan_resnet(const Architecture& architecture, int channels) {
  Planner planner;
  planner.convolve({Kind::convolution, -1, channels, 64, 7, 2, 3, "conv1", "bn1", false, -1, true});
  planner.layer("conv1");
  planner.max_pool(3, 2, 1);
  int from = 64;
  for (std::size_t stage = 0; stage < architecture.units.size(); ++stage)
    for (int unit = 0; unit < architecture.units[stage]; ++unit) {
      const Block block{"layer" + std::to_string(stage + 1) + "." + std::to_string(unit), from,
                        architecture.width(stage), architecture.width_after(stage),
                        stage > 0 && unit == 0 ? 2 : 1};
      add_block(planner, block, architecture.bottleneck);
      planner.layer(layer_name(stage + 2, unit));
      from = block.to;
    }
  planner.layer("pool5");
  return planner.take();
}

// Simonyan & Zisserman, ICLR 2015.
ForwardPlan plan_vgg(const Architecture& architecture, int channels) {
  Planner planner;
  const auto indices = vgg_indices(architecture);
  int from = channels;
  for (std::size_t stage = 0; stage < indices.size(); ++stage) {
    const int to = architecture.width(stage);
    for (std::size_t i = 0; i < indices[stage].size(); ++i) {
      const int index = indices[stage][i];
      planner.convolve({Kind::convolution, planner.last(), from, to, 3, 1, 1,
                        "features." + std::to_string(index),
                        architecture.norms ? "features." + std::to_string(index + 1) : "", true, -1, true});
      planner.layer(layer_name(stage + 1, static_cast<int>(i)));
      from = to;
    }
    planner.max_pool(2, 2, 0);
  }
  planner.layer("pool5");
  return planner.take();
}

}  // namespace

ForwardPlan plan_forward(const NetworkSpec& spec) {
  spec.validate();
  const auto& architecture = architectures().at(spec.architecture);
  if (architecture.field) return {};
  return architecture.kind == Architecture::Kind::vgg ? plan_vgg(architecture, spec.channels)
                                                      : plan_resnet(architecture, spec.channels);
}

}  // namespace cytoscale::network
