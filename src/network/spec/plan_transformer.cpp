#include "network/spec/architectures.hpp"
#include "network/spec/planner.hpp"

namespace cytoscale::network {
namespace {

using Kind = Operation::Kind;
using Of = LayerOutput::Of;

constexpr double token_epsilon = 1e-6;  // timm's and DINOv2's

class TransformerPlanner : public Planner {
 public:
  explicit TransformerPlanner(const TransformerDesign& design) : design_(design), width_(design.width) {}

  void embed(int channels) {
    Operation patches{Kind::convolution, -1, channels, width_, design_.patch, design_.patch};
    patches.tensor = "patch_embed.proj";
    patches.bias = true;
    add(patches);
    Operation tokens{Kind::tokens, last(), width_, width_};
    tokens.grid = design_.grid;
    tokens.registers = design_.registers;
    add(tokens);
  }

  // Attention, then two dense layers, each of normalized tokens and added to them.
  void block(const std::string& name) {
    const int tokens = last();
    normalize(name + ".norm1");
    dense(name + ".attn.qkv", width_, 3 * width_);
    Operation attention{Kind::attention, last(), 3 * width_, width_};
    attention.heads = design_.heads();
    add(attention);
    dense(name + ".attn.proj", width_, width_, Activation::none, tokens, name + ".ls1.gamma");
    const int attended = last();
    normalize(name + ".norm2");
    dense(name + ".mlp.fc1", width_, 4 * width_, Activation::gelu);
    dense(name + ".mlp.fc2", 4 * width_, width_, Activation::none, attended, name + ".ls2.gamma");
  }

  void normalize(const std::string& name) {
    Operation norm{Kind::layer_norm, last(), width_, width_};
    norm.tensor = name;
    norm.epsilon = token_epsilon;
    add(norm);
  }

  void token_layers(const std::string& prefix) {
    layer(prefix + "mean", Of::patches, 1 + design_.registers);
    layer(prefix + "cls", Of::class_token);
  }

 private:
  void dense(const std::string& name, int from, int to, Activation activation = Activation::none,
             int added = -1, const std::string& scale = "") {
    Operation dense{Kind::dense, last(), from, to};
    dense.tensor = name;
    dense.bias = true;
    dense.added = added;
    dense.activation = activation;
    if (design_.layer_scale) dense.scale = scale;
    add(dense);
  }

  TransformerDesign design_;
  int width_;
};

}  // namespace

ForwardPlan plan_transformer(const Architecture& architecture, int channels) {
  const auto& design = architecture.transformer;
  TransformerPlanner planner(design);
  planner.embed(channels);
  for (int i = 0; i < design.depth; ++i) {
    planner.block("blocks." + std::to_string(i));
    planner.token_layers("block" + std::to_string(i + 1) + "_");
  }
  planner.normalize("norm");
  planner.token_layers("");
  return planner.take("head");
}

}  // namespace cytoscale::network
