#include <algorithm>

#include "core/text/text.hpp"
#include "network/spec/forward_plan.hpp"
#include "network/torch/architectures_torch.hpp"
#include "network/torch/token_layers_torch.hpp"

namespace cytoscale::network {
namespace {

using torch::Tensor;
using Kind = Operation::Kind;

Tensor row_of(const Tensor& output, const LayerOutput& layer) {
  switch (layer.of) {
    case LayerOutput::Of::class_token:
      return widened(output.select(1, 0));
    case LayerOutput::Of::patches:
      return widened(output.slice(1, layer.first_patch)).mean(1);
    case LayerOutput::Of::all:
      break;
  }
  return mean_of_pixels(output);
}

class PlannedNetwork final : public Network {
 public:
  explicit PlannedNetwork(const NetworkSpec& network) : Network(network), plan_(plan_forward(network)) {
    spent_.resize(plan_.operations.size());
    std::vector<int> last_reader(plan_.operations.size(), -1);
    for (int i = 0; i < static_cast<int>(plan_.operations.size()); ++i) {
      const auto& operation = plan_.operations[index(i)];
      work_.push_back(work_of(operation));
      for (const int read : {operation.source, operation.added})
        if (read >= 0) last_reader[index(read)] = i;
    }
    for (std::size_t i = 0; i < last_reader.size(); ++i)
      if (last_reader[i] >= 0) spent_[index(last_reader[i])].push_back(i);
    if (network.classes == 0) return;
    const auto [owner, name] = owner_of(plan_.classifier);
    auto last = owner->register_module(name, Dense(plan_.operations.back().to, network.classes));
    classifier_ = [last](const Tensor& x) { return last->forward(x); };
  }

  Tensor classify(const Tensor& crops) override {
    TORCH_CHECK(classifier_, "this network has no classification layer");
    Tensor row;
    run(crops, plan_.layers.back().operation, [&](int, const Tensor& output) { row = output; });
    return classifier_(row_of(row, plan_.layers.back()));
  }

  std::vector<Tensor> features(const Tensor& crops, const std::vector<std::string>& layers) override {
    std::vector<const LayerOutput*> asked;
    int last = -1;
    for (const auto& name : layers) {
      const auto found = std::find_if(plan_.layers.begin(), plan_.layers.end(),
                                      [&](const auto& layer) { return layer.layer == name; });
      TORCH_CHECK(found != plan_.layers.end(), "a layer that this network does not have");
      asked.push_back(&*found);
      last = std::max(last, found->operation);
    }
    std::vector<Tensor> rows(layers.size());
    run(crops, last, [&](int operation, const Tensor& output) {
      for (std::size_t i = 0; i < asked.size(); ++i)
        if (asked[i]->operation == operation) rows[i] = row_of(output, *asked[i]);
    });
    return rows;
  }

  // The dense layers of a VGG stay float32.
  void fold_norms(torch::ScalarType type) override {
    Network::fold_norms(type);
    const bool tokens = std::any_of(plan_.operations.begin(), plan_.operations.end(),
                                    [](const auto& operation) { return operation.kind == Kind::tokens; });
    for (auto& unit : dense_) unit->fold(tokens ? type : torch::kFloat32);
  }

 private:
  // Of what the operation takes and of what is added to it or is its factor, if anything.
  using Work = std::function<Tensor(const Tensor& source, const Tensor& added)>;

  // Outputs live as long as an operation takes them.
  void run(const Tensor& crops, int last, const std::function<void(int, const Tensor&)>& seen) const {
    std::vector<Tensor> made(plan_.operations.size());
    const auto output = [&](int of) { return of < 0 ? Tensor() : made[index(of)]; };
    for (int i = 0; i <= last; ++i) {
      const auto& operation = plan_.operations[index(i)];
      made[index(i)] =
          work_[index(i)](operation.source < 0 ? crops : output(operation.source), output(operation.added));
      seen(i, made[index(i)]);
      for (const auto spent : spent_[index(i)]) made[spent] = Tensor();
    }
  }

  Work work_of(const Operation& of) {
    switch (of.kind) {
      case Kind::convolution:
        return convolution(of);
      case Kind::max_pool:
        return [of](const Tensor& x, const Tensor&) { return max_pool(x, of.kernel, of.stride, of.padding); };
      case Kind::mean:
        return [](const Tensor& x, const Tensor&) { return x.mean({2, 3}, true); };
      case Kind::product:
        return [](const Tensor& x, const Tensor& factor) { return x * factor; };
      case Kind::flatten:
        return [of](const Tensor& x, const Tensor&) {
          return torch::adaptive_avg_pool2d(in_rows(x), {of.kernel, of.kernel}).flatten(1);
        };
      case Kind::tokens:
        return tokens(of);
      case Kind::layer_norm:
        return [of, scale = parameter(of.tensor + ".weight", {of.to}),
                shift = parameter(of.tensor + ".bias", {of.to})](const Tensor& x, const Tensor&) {
          return normalize_tokens(x, scale, shift, of.epsilon);
        };
      case Kind::dense:
        return dense(of);
      case Kind::attention:
        return [of](const Tensor& x, const Tensor&) { return attend(x, of.heads); };
    }
    return {};
  }

  Work convolution(const Operation& of) {
    const auto [owner, name] = owner_of(of.tensor);
    const auto norm = of.norm.empty() ? "" : of.norm.substr(of.norm.rfind('.') + 1);
    auto* unit = add_unit(
        *owner, name, norm,
        {of.from, of.to, of.kernel, of.stride, of.bias, of.padding, of.groups, of.same_padding, of.epsilon});
    return [unit, activation = of.activation](const Tensor& x, const Tensor& added) {
      return added.defined() ? activate((*unit)(x).add_(added), activation) : (*unit)(x, activation);
    };
  }

  Work tokens(const Operation& of) {
    const int places = of.grid * of.grid + (of.registers > 0 ? 0 : 1);
    const auto class_token = parameter("cls_token", {1, 1, of.to});
    const auto registers = of.registers > 0 ? parameter("reg_token", {1, of.registers, of.to}) : Tensor();
    const auto unit = std::make_shared<TokenUnit>(class_token, registers,
                                                  parameter("pos_embed", {1, places, of.to}), of.grid);
    return [unit](const Tensor& x, const Tensor&) { return (*unit)(x); };
  }

  Work dense(const Operation& of) {
    auto unit = std::make_shared<DenseUnit>();
    unit->weight = parameter(of.tensor + ".weight", {of.to, of.from});
    unit->bias = parameter(of.tensor + ".bias", {of.to});
    if (!of.scale.empty()) unit->scale = parameter(of.scale, {of.to});
    dense_.push_back(unit);
    return [unit, activation = of.activation](const Tensor& x, const Tensor& added) {
      const auto made = (*unit)(x);
      return activate(added.defined() ? added + made : made, activation);
    };
  }

  // Under its name from the root: blocks.0.ls1.gamma.
  Tensor parameter(const std::string& name, std::vector<std::int64_t> shape) {
    const auto [owner, last] = owner_of(name);
    return owner->register_parameter(last, torch::empty(shape));
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

  static std::size_t index(int number) { return static_cast<std::size_t>(number); }

  ForwardPlan plan_;
  std::vector<Work> work_;                       // of each operation
  std::vector<std::vector<std::size_t>> spent_;  // what no operation after it takes
  std::vector<std::shared_ptr<DenseUnit>> dense_;
};

}  // namespace

std::shared_ptr<Network> make_planned_network(const NetworkSpec& spec) {
  return std::make_shared<PlannedNetwork>(spec);
}

}  // namespace cytoscale::network
