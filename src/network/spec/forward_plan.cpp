#include "network/spec/forward_plan.hpp"

#include "network/spec/architectures.hpp"
#include "network/spec/planner.hpp"

namespace cytoscale::network {
namespace {

using Kind = Operation::Kind;

void add_max_pool(Planner& planner, int kernel, int stride, int padding) {
  const int channels = planner.channels();
  planner.add({Kind::max_pool, planner.last(), channels, channels, kernel, stride, padding});
}

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
    planner.add({Kind::convolution, planner.last(), from, to, kernel, stride, kernel / 2,
                 block.name + ".conv" + number, block.name + ".bn" + number, false,
                 ends && !projected ? input : -1, ends && projected ? Activation::none : Activation::relu});
  }
  if (projected)
    planner.add({Kind::convolution, input, block.from, block.to, 1, block.stride, 0,
                 block.name + ".downsample.0", block.name + ".downsample.1", false, planner.last(),
                 Activation::relu});
}

// He et al., CVPR 2016.
ForwardPlan plan_resnet(const Architecture& architecture, int channels) {
  Planner planner;
  planner.add({Kind::convolution, -1, channels, 64, 7, 2, 3, "conv1", "bn1", false, -1, Activation::relu});
  planner.layer("conv1");
  add_max_pool(planner, 3, 2, 1);
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
  return planner.take("fc");
}

void add_dense(Planner& planner, int from, const std::string& tensor, const std::string& layer) {
  planner.add(
      {Kind::dense, planner.last(), from, vgg_hidden, 1, 1, 0, tensor, "", true, -1, Activation::relu});
  planner.layer(layer);
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
      planner.add({Kind::convolution, planner.last(), from, to, 3, 1, 1, "features." + std::to_string(index),
                   architecture.norms ? "features." + std::to_string(index + 1) : "", true, -1,
                   Activation::relu});
      planner.layer(layer_name(stage + 1, static_cast<int>(i)));
      from = to;
    }
    add_max_pool(planner, 2, 2, 0);
  }
  planner.layer("pool5");
  const int row = from * vgg_pooled_px * vgg_pooled_px;
  planner.add({Kind::flatten, planner.last(), from, row, vgg_pooled_px});
  add_dense(planner, row, "classifier.0", "fc6");
  add_dense(planner, vgg_hidden, "classifier.3", "fc7");
  return planner.take("classifier.6");
}

}  // namespace

ForwardPlan plan_forward(const NetworkSpec& spec) {
  spec.validate();
  const auto architecture = architecture_of(spec.architecture);
  switch (architecture.kind) {
    case Architecture::Kind::resnet:
      return plan_resnet(architecture, spec.channels);
    case Architecture::Kind::vgg:
      return plan_vgg(architecture, spec.channels);
    case Architecture::Kind::efficientnet:
      return plan_efficientnet(architecture, spec.channels);
    case Architecture::Kind::transformer:
      return plan_transformer(architecture, spec.channels);
    case Architecture::Kind::field:
      break;
  }
  return {};
}

}  // namespace cytoscale::network
