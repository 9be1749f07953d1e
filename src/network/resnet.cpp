#include "network/resnet_torch.hpp"

namespace cytoscale {
namespace {

class ResNet final : public Network {
 public:
  ResNet(const NetworkSpec& network, const std::vector<int>& blocks) : Network(network) {
    auto* stem = add_unit(*this, "conv1", "bn1", {network.channels, 64, 7, 2});
    steps_.push_back({"conv1", [stem](const torch::Tensor& x) { return (*stem)(x).relu_(); }});
    steps_.push_back({"", [](const torch::Tensor& x) { return torch::max_pool2d(x, 3, 2, 1); }});
    int from = 64;
    for (int stage = 0; stage < static_cast<int>(blocks.size()); ++stage) {
      auto layer =
          register_module("layer" + std::to_string(stage + 1), std::make_shared<torch::nn::Module>());
      const int to = 64 << stage;
      for (int block = 0; block < blocks[static_cast<std::size_t>(stage)]; ++block) {
        const std::string name = "conv" + std::to_string(stage + 2) + static_cast<char>('a' + block);
        add_basic_block(*layer, std::to_string(block), name, from, to, stage > 0 && block == 0 ? 2 : 1);
        from = to;
      }
    }
    steps_.push_back({"pool5", [](const torch::Tensor& x) {
                        return (x.scalar_type() == torch::kBFloat16 ? x.to(torch::kFloat32) : x).mean({2, 3});
                      }});
    if (network.classes == 0) return;
    auto fc = register_module("fc", torch::nn::Linear(from, network.classes));
    classifier_ = [fc](const torch::Tensor& x) { return fc->forward(x); };
  }

 private:
  void add_basic_block(torch::nn::Module& layer, const std::string& index, const std::string& name, int from,
                       int to, int stride) {
    auto block = layer.register_module(index, std::make_shared<torch::nn::Module>());
    auto* first = add_unit(*block, "conv1", "bn1", {from, to, 3, stride});
    auto* second = add_unit(*block, "conv2", "bn2", {to, to, 3, 1});
    ConvNorm* skip = nullptr;
    if (stride != 1 || from != to) {
      auto downsample = block->register_module("downsample", std::make_shared<torch::nn::Module>());
      skip = add_unit(*downsample, "0", "1", {from, to, 1, stride});
    }
    steps_.push_back({name, [first, second, skip](const torch::Tensor& x) {
                        const auto y = (*second)((*first)(x).relu_());
                        return (skip ? y.add_((*skip)(x)) : y.add_(x)).relu_();
                      }});
  }
};

}  // namespace

std::shared_ptr<Network> make_resnet(const NetworkSpec& spec) {
  return std::make_shared<ResNet>(spec, std::vector<int>{2, 2, 2, 2});
}

}  // namespace cytoscale
