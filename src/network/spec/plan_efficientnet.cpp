#include "network/spec/architectures.hpp"
#include "network/spec/planner.hpp"

namespace cytoscale::network {
namespace {

using Kind = Operation::Kind;

class MobilePlanner : public Planner {
 public:
  explicit MobilePlanner(bool tensorflow) : tensorflow_(tensorflow) {}

  // With its normalization.
  void convolve(int from, int to, int kernel, int stride, const std::string& tensor, const std::string& norm,
                Activation activation, int added = -1) {
    Operation convolution{Kind::convolution, last(), from, to,    kernel, stride,
                          kernel / 2,        tensor, norm, false, added,  activation};
    convolution.epsilon = tensorflow_ ? 1e-3 : norm_epsilon;
    convolution.same_padding = tensorflow_;
    add(convolution);
  }

  // One filter for each channel.
  void filter(int channels, int kernel, int stride, const std::string& tensor, const std::string& norm) {
    convolve(channels, channels, kernel, stride, tensor, norm, Activation::silu);
    plan_.operations.back().groups = channels;
  }

  // Squeeze and excitation (Hu et al., CVPR 2018): each channel times a factor that all of them decide.
  void excite(int channels, int squeezed, const std::string& name) {
    const int maps = last();
    add({Kind::mean, maps, channels, channels});
    add({Kind::convolution, last(), channels, squeezed, 1, 1, 0, name + ".conv_reduce", "", true, -1,
         Activation::silu});
    add({Kind::convolution, last(), squeezed, channels, 1, 1, 0, name + ".conv_expand", "", true, -1,
         Activation::sigmoid});
    const int factors = last();
    Operation product{Kind::product, maps, channels, channels};
    product.added = factors;
    add(product);
  }

 private:
  bool tensorflow_;
};

// A mobile inverted bottleneck (Sandler et al., CVPR 2018); without expansion its first convolution is left
// out, and timm numbers what follows by what is there.
void add_block(MobilePlanner& planner, const MobileStage& stage, int from, int stride,
               const std::string& name, const std::string& layer) {
  const int input = planner.last(), wide = from * stage.expansion;
  const bool expands = stage.expansion > 1;
  const auto norm = [&](int number) { return name + ".bn" + std::to_string(number - (expands ? 0 : 1)); };
  if (expands) planner.convolve(from, wide, 1, 1, name + ".conv_pw", norm(1), Activation::silu);
  planner.filter(wide, stage.kernel, stride, name + ".conv_dw", norm(2));
  planner.layer(layer + "_activation");
  planner.excite(wide, from / 4, name + ".se");
  planner.convolve(wide, stage.to, 1, 1, name + (expands ? ".conv_pwl" : ".conv_pw"), norm(3),
                   Activation::none, stride == 1 && from == stage.to ? input : -1);
  planner.layer(layer);
}

}  // namespace

ForwardPlan plan_efficientnet(const Architecture& architecture, int channels) {
  MobilePlanner planner(architecture.tensorflow);
  planner.convolve(channels, efficientnet_stem, 3, 2, "conv_stem", "bn1", Activation::silu);
  planner.layer("stem");
  int from = efficientnet_stem;
  const auto& stages = efficientnet_b0_stages();
  for (std::size_t stage = 0; stage < stages.size(); ++stage)
    for (int block = 0; block < stages[stage].blocks; ++block) {
      add_block(planner, stages[stage], from, block == 0 ? stages[stage].stride : 1,
                "blocks." + std::to_string(stage) + "." + std::to_string(block),
                "block" + std::to_string(stage + 1) + static_cast<char>('a' + block));
      from = stages[stage].to;
    }
  planner.convolve(from, efficientnet_head, 1, 1, "conv_head", "bn2", Activation::silu);
  planner.layer("pool5");
  return planner.take("classifier");
}

}  // namespace cytoscale::network
