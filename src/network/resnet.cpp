#include "network/architectures.hpp"
#include "network/architectures_torch.hpp"

namespace cytoscale::network {
namespace {

class ResNet final : public Network {
 public:
  explicit ResNet(const NetworkSpec& network) : Network(network) {
    const auto& architecture = architectures().at(network.architecture);
    auto* stem = add_unit(*this, "conv1", "bn1", {network.channels, 64, 7, 2});
    steps_.push_back({"conv1", [stem](const torch::Tensor& x) { return (*stem)(x).relu_(); }});
    steps_.push_back({"", [](const torch::Tensor& x) { return torch::max_pool2d(x, 3, 2, 1); }});
    int from = 64;
    for (std::size_t stage = 0; stage < architecture.units.size(); ++stage) {
      auto layer =
          register_module("layer" + std::to_string(stage + 1), std::make_shared<torch::nn::Module>());
      const int width = architecture.width(stage), to = architecture.width_after(stage);
      for (int unit = 0; unit < architecture.units[stage]; ++unit) {
        const std::string name = "conv" + std::to_string(stage + 2) + static_cast<char>('a' + unit);
        const Block block{name, from, width, to, stage > 0 && unit == 0 ? 2 : 1};
        auto module = layer->register_module(std::to_string(unit), std::make_shared<torch::nn::Module>());
        if (architecture.bottleneck)
          add_bottleneck(*module, block);
        else
          add_basic_block(*module, block);
        from = to;
      }
    }
    steps_.push_back({"pool5", [](const torch::Tensor& x) {
                        return (x.scalar_type() == torch::kBFloat16 ? x.to(torch::kFloat32) : x).mean({2, 3});
                      }});
    if (network.classes == 0) return;
    auto fc = register_module("fc", Dense(from, network.classes));
    classifier_ = [fc](const torch::Tensor& x) { return fc->forward(x); };
  }

 private:
  struct Block {
    std::string name;
    int from, width, to, stride;
  };

  ConvUnit* add_skip(torch::nn::Module& module, const Block& block) {
    if (block.stride == 1 && block.from == block.to) return nullptr;
    auto downsample = module.register_module("downsample", std::make_shared<torch::nn::Module>());
    return add_unit(*downsample, "0", "1", {block.from, block.to, 1, block.stride});
  }

  static torch::Tensor joined(torch::Tensor y, const torch::Tensor& x, ConvUnit* skip) {
    return (skip ? y.add_((*skip)(x)) : y.add_(x)).relu_();
  }

  void add_basic_block(torch::nn::Module& module, const Block& block) {
    auto* first = add_unit(module, "conv1", "bn1", {block.from, block.to, 3, block.stride});
    auto* second = add_unit(module, "conv2", "bn2", {block.to, block.to, 3, 1});
    auto* skip = add_skip(module, block);
    steps_.push_back({block.name, [first, second, skip](const torch::Tensor& x) {
                        return joined((*second)((*first)(x).relu_()), x, skip);
                      }});
  }

  // With the stride in the 3×3 convolution, as torchvision has it.
  void add_bottleneck(torch::nn::Module& module, const Block& block) {
    auto* first = add_unit(module, "conv1", "bn1", {block.from, block.width, 1, 1});
    auto* second = add_unit(module, "conv2", "bn2", {block.width, block.width, 3, block.stride});
    auto* third = add_unit(module, "conv3", "bn3", {block.width, block.to, 1, 1});
    auto* skip = add_skip(module, block);
    steps_.push_back({block.name, [first, second, third, skip](const torch::Tensor& x) {
                        return joined((*third)((*second)((*first)(x).relu_()).relu_()), x, skip);
                      }});
  }
};

}  // namespace

std::shared_ptr<Network> make_resnet(const NetworkSpec& spec) {
  return std::make_shared<ResNet>(spec);
}

}  // namespace cytoscale::network
