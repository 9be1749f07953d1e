#include "network/architectures.hpp"
#include "network/architectures_torch.hpp"

namespace cytoscale::network {
namespace {

constexpr int pooled_px = 7, hidden = 4096;

class Vgg final : public Network {
 public:
  explicit Vgg(const NetworkSpec& network) : Network(network) {
    const auto& architecture = architectures().at(network.architecture);
    const int to = add_convolutions(architecture, network.channels);
    steps_.push_back({"", [](const torch::Tensor& x) {
                        return torch::adaptive_avg_pool2d(x, {pooled_px, pooled_px}).flatten(1);
                      }});
    auto classifier = register_module("classifier", std::make_shared<torch::nn::Module>());
    add_dense(*classifier, "0", "fc6", to * pooled_px * pooled_px);
    add_dense(*classifier, "3", "fc7", hidden);
    if (network.classes == 0) return;
    auto last = classifier->register_module("6", Dense(hidden, network.classes));
    classifier_ = [last](const torch::Tensor& x) { return last->forward(x); };
  }

 private:
  int add_convolutions(const Architecture& architecture, int channels) {
    auto features = register_module("features", std::make_shared<torch::nn::Module>());
    const auto indices = vgg_indices(architecture);
    int from = channels;
    for (std::size_t stage = 0; stage < indices.size(); ++stage) {
      const int to = architecture.width(stage);
      for (std::size_t i = 0; i < indices[stage].size(); ++i) {
        const int index = indices[stage][i];
        auto* unit = add_unit(*features, std::to_string(index),
                              architecture.norms ? std::to_string(index + 1) : "", {from, to, 3, 1, true});
        steps_.push_back({"conv" + std::to_string(stage + 1) + static_cast<char>('a' + i),
                          [unit](const torch::Tensor& x) { return (*unit)(x).relu_(); }});
        from = to;
      }
      const bool last = stage + 1 == indices.size();
      steps_.push_back({last ? "pool5" : "", [](const torch::Tensor& x) { return torch::max_pool2d(x, 2); }});
    }
    return from;
  }

  void add_dense(torch::nn::Module& classifier, const std::string& index, const std::string& layer,
                 int from) {
    auto dense = classifier.register_module(index, Dense(from, hidden));
    steps_.push_back({layer, [dense](const torch::Tensor& x) { return dense->forward(x).relu_(); }});
  }
};

}  // namespace

std::shared_ptr<Network> make_vgg(const NetworkSpec& spec) {
  return std::make_shared<Vgg>(spec);
}

}  // namespace cytoscale::network
