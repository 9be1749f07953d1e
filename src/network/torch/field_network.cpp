#include "network/spec/architectures.hpp"
#include "network/torch/architectures_torch.hpp"
#include "network/torch/pooling_torch.hpp"

namespace cytoscale::network {
namespace {

class FieldNetwork final : public Network {
 public:
  explicit FieldNetwork(const NetworkSpec& network)
      : Network(network), design_(*architecture_of(network.architecture).field) {
    add_layers(architecture_of(network.architecture).norms);
    if (network.classes == 0) return;
    const auto& last = design_.maps;
    auto* maps = add_unit(*this, "maps", "",
                          {design_.layers.back().to, network.classes, last.kernel, 1, true, last.padding});
    maps_ = [maps](const torch::Tensor& x) { return (*maps)(x); };
    add_pool(resolved_pooling(network));
  }

 private:
  void add_layers(bool norms) {
    if (design_.mean_pool > 1)
      steps_.push_back(
          {"", [px = design_.mean_pool](const torch::Tensor& x) { return torch::avg_pool2d(x, px); }});
    int from = spec().channels;
    for (const auto& layer : design_.layers) {
      const auto number = std::to_string(steps_.size() + (design_.mean_pool > 1 ? 0 : 1));
      auto* unit = add_unit(*this, "conv" + number, norms ? "bn" + number : "",
                            {from, layer.to, layer.kernel, 1, !norms, layer.padding});
      steps_.push_back({"conv" + number, [this, unit, &layer](const torch::Tensor& x) {
                          const auto y = (*unit)(x).relu_();
                          return dropout().drop(layer.pooled ? pooled(y) : y, layer.dropped);
                        }});
      from = layer.to;
    }
  }

  torch::Tensor pooled(const torch::Tensor& x) const {
    const auto side = [&](int axis) { return std::min<std::int64_t>(design_.pool_px, x.size(axis)); };
    return torch::max_pool2d(x, {side(2), side(3)}, design_.pool_stride);
  }

  void add_pool(const Pooling& pooling) {
    const int classes = spec().classes;
    if (pooling.kind == Pool::fc) {
      const int places =
          map_side(spec().architecture, pooling.height) * map_side(spec().architecture, pooling.width);
      pool_ = [](const torch::Tensor& maps) { return maps.flatten(1); };
      return add_decision(classes * places);
    }
    if (!design_.probabilities) {
      pool_ = [pooling](const torch::Tensor& maps) {
        return pool_scores(*pooling.kind, maps, pooling.sharpness);
      };
      classifier_ = [](const torch::Tensor& scores) { return scores; };
      return;
    }
    torch::Tensor threshold;
    if (pooling.kind == Pool::noisy_and)
      threshold = register_module("pool", std::make_shared<torch::nn::Module>())
                      ->register_parameter("threshold", torch::empty({classes}));
    pool_ = [pooling, threshold](const torch::Tensor& maps) {
      return pool_log_odds(*pooling.kind, maps, pooling.sharpness, threshold);
    };
    add_decision(classes);
  }

  void add_decision(int from) {
    auto fc = register_module("fc", Dense(from, spec().classes));
    classifier_ = [fc](const torch::Tensor& x) { return fc->forward(x); };
  }

  const FieldDesign& design_;
};

}  // namespace

std::shared_ptr<Network> make_field_network(const NetworkSpec& spec) {
  return std::make_shared<FieldNetwork>(spec);
}

}  // namespace cytoscale::network
