// Groups of cells through a recurrent network (Caicedo et al. 2018 §4.4): the features of t cells of one
// label, from different batches and replicates and in random order, feed a gated recurrent unit (Cho et al.,
// EMNLP 2014), many to one; its last state is classified. What the cells of a group have in common is
// learned, what one batch adds is not. Validation repeats one cell t times. The recurrent part is discarded
// for features.
#include "core/random.hpp"

#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>
#include "learn/augment/regularizer_torch.hpp"

namespace cytoscale::learn {
namespace {

constexpr std::int64_t hidden = 256;

struct Recurrence : torch::nn::Module {
  Recurrence(std::int64_t features, int labels)
      : gru(register_module("gru",
                            torch::nn::GRU(torch::nn::GRUOptions(features, hidden).batch_first(true)))),
        fc(register_module("fc", torch::nn::Linear(hidden, labels))) {}
  torch::nn::GRU gru;
  torch::nn::Linear fc;
};

class Recurrent final : public Regularizer {
 public:
  Recurrent(const CellSampler& sampler, const TrainOptions& options) : Regularizer(sampler, options) {
    cells_ = static_cast<std::size_t>(options_.rnn_cells);
  }

  void check() const override { sampler_.check_groups(cells_, "cells", "option --regularizer rnn"); }

  std::vector<CellDraw> draw(std::int64_t step, std::int64_t place) const override {
    return sampler_.draw_group(step, place, cells_);
  }

  int network_classes(int) const override { return 0; }

  // Uniform in ±1/√hidden, as PyTorch has it.
  std::shared_ptr<torch::nn::Module> make_head(const network::NetworkSpec& network,
                                               int labels) const override {
    auto head = std::make_shared<Recurrence>(network::layers_of(network).back().dims, labels);
    torch::NoGradGuard no_grad;
    const double bound = 1 / std::sqrt(static_cast<double>(hidden));
    for (auto& entry : head->named_parameters()) {
      Random random(seed_, {stream_key("regularizer/" + entry.key())});
      auto& values = entry.value();
      std::generate_n(values.data_ptr<float>(), values.numel(),
                      [&] { return static_cast<float>(random.uniform(-bound, bound)); });
    }
    return head;
  }

  Outcome outcome(network::Network& network, torch::nn::Module* head, const ExampleTensors& examples,
                  double label_smoothing) const override {
    auto* recurrence = head->as<Recurrence>();
    const auto features =
        network.features(examples.crops, {network::layers_of(network.spec()).back().name})[0];
    const auto n = examples.targets.size(0), t = static_cast<std::int64_t>(cells_);
    const auto group = examples.crops_per_example == 1
                           ? features.unsqueeze(1).expand({n, t, features.size(1)})
                           : features.view({n, t, features.size(1)});
    const auto states = std::get<0>(recurrence->gru->forward(group));
    return judge(recurrence->fc->forward(states.select(1, t - 1)), examples.targets, label_smoothing);
  }
};

}  // namespace

std::unique_ptr<Regularizer> make_recurrent(const CellSampler& sampler, const TrainOptions& options) {
  return std::make_unique<Recurrent>(sampler, options);
}

}  // namespace cytoscale::learn
