#include "core/text/text.hpp"
#include "network/spec/architectures.hpp"
#include "network/spec/forward_plan.hpp"
#include "network/torch/architectures_torch.hpp"

namespace cytoscale::network {
namespace {

class PlannedNetwork final : public Network {
 public:
  explicit PlannedNetwork(const NetworkSpec& network) : Network(network), plan_(plan_forward(network)) {
    for (const auto& operation : plan_.operations) units_of_plan_.push_back(add_convolution(operation));
    int first = 0;
    for (const auto& [layer, last] : plan_.layers) {
      if (first <= last) add_step(layer, first, last);
      first = last + 1;
    }
    const int to = plan_.operations.back().to;
    if (architectures().at(network.architecture).kind == Architecture::Kind::vgg)
      add_dense_layers(to);
    else
      add_mean(to);
  }

 private:
  ConvUnit* add_convolution(const Operation& operation) {
    if (operation.kind != Operation::Kind::convolution) return nullptr;
    const auto [owner, name] = owner_of(operation.tensor);
    const auto norm = operation.norm.substr(operation.norm.rfind('.') + 1);
    return add_unit(*owner, name, operation.norm.empty() ? "" : norm,
                    {operation.from, operation.to, operation.kernel, operation.stride, operation.bias,
                     operation.padding});
  }

  // Of layer1.0.conv1: the module layer1.0, and conv1.
  std::pair<torch::nn::Module*, std::string> owner_of(const std::string& tensor) {
    const auto names = split_list(tensor, '.');
    torch::nn::Module* owner = this;
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
      const auto children = owner->named_children();
      const auto* child = children.find(names[i]);
      owner = child ? child->get()
                    : owner->register_module(names[i], std::make_shared<torch::nn::Module>()).get();
    }
    return {owner, names.back()};
  }

  // Of the operations first … last, which take nothing from before but the step's input.
  void add_step(const std::string& layer, int first, int last) {
    steps_.push_back({layer, [this, first, last](const torch::Tensor& x) {
                        std::vector<torch::Tensor> made;
                        const auto output = [&](int of) { return of < first ? x : made[index(of - first)]; };
                        for (int i = first; i <= last; ++i) made.push_back(run(i, output));
                        return made.back();
                      }});
  }

  template <class Output>
  torch::Tensor run(int number, Output output) {
    const auto& operation = plan_.operations[index(number)];
    const auto source = output(operation.source);
    if (operation.kind == Operation::Kind::max_pool)
      return max_pool(source, operation.kernel, operation.stride, operation.padding);
    auto& unit = *units_of_plan_[index(number)];
    if (operation.added < 0) return unit(source, operation.relu);
    auto made = unit(source).add_(output(operation.added));
    return operation.relu ? made.relu_() : made;
  }

  void add_mean(int to) {
    steps_.push_back(
        {"pool5", [](const torch::Tensor& x) {
           const auto rows = in_rows(x);
           return (rows.scalar_type() == torch::kBFloat16 ? rows.to(torch::kFloat32) : rows).mean({2, 3});
         }});
    if (spec().classes == 0) return;
    auto fc = register_module("fc", Dense(to, spec().classes));
    classifier_ = [fc](const torch::Tensor& x) { return fc->forward(x); };
  }

  void add_dense_layers(int to) {
    steps_.push_back(
        {"", [](const torch::Tensor& x) {
           return torch::adaptive_avg_pool2d(in_rows(x), {vgg_pooled_px, vgg_pooled_px}).flatten(1);
         }});
    auto classifier = register_module("classifier", std::make_shared<torch::nn::Module>());
    add_dense(*classifier, "0", "fc6", to * vgg_pooled_px * vgg_pooled_px);
    add_dense(*classifier, "3", "fc7", vgg_hidden);
    if (spec().classes == 0) return;
    auto last = classifier->register_module("6", Dense(vgg_hidden, spec().classes));
    classifier_ = [last](const torch::Tensor& x) { return last->forward(x); };
  }

  void add_dense(torch::nn::Module& classifier, const std::string& number, const std::string& layer,
                 int from) {
    auto dense = classifier.register_module(number, Dense(from, vgg_hidden));
    steps_.push_back({layer, [dense](const torch::Tensor& x) { return dense->forward(x).relu_(); }});
  }

  static std::size_t index(int number) { return static_cast<std::size_t>(number); }

  ForwardPlan plan_;
  std::vector<ConvUnit*> units_of_plan_;  // of each operation; null: a pool
};

}  // namespace

std::shared_ptr<Network> make_planned_network(const NetworkSpec& spec) {
  return std::make_shared<PlannedNetwork>(spec);
}

}  // namespace cytoscale::network
