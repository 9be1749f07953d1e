// Layers that learn by oneDNN against LibTorch's own, in float64 where that tells more.
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "core/random.hpp"
#include "network/blocked_layers.hpp"
#include "network/torch/network_torch.hpp"

namespace cytoscale::network {
namespace {

torch::Tensor some_values(std::vector<std::int64_t> shape, std::uint64_t stream) {
  auto values = torch::empty(shape);
  Random random(5, {stream});
  for (std::int64_t i = 0; i < values.numel(); ++i)
    values.data_ptr<float>()[i] = static_cast<float>(random.normal());
  return values;
}

double relative(const torch::Tensor& found, const torch::Tensor& expected) {
  const auto exact = expected.to(torch::kFloat64);
  return ((found.to(torch::kFloat64) - exact).norm() / (exact.norm() + 1e-30)).item<double>();
}

struct Learned {
  torch::Tensor logits;
  std::vector<torch::Tensor> gradients, statistics;
};

Learned learn(Network& network, const torch::Tensor& crops) {
  network.train();
  network.norms().momentum = 1;
  Learned learned;
  learned.logits = network.classify(crops);
  const auto weights = some_values(learned.logits.sizes().vec(), 9).to(crops.scalar_type());
  (learned.logits * weights).sum().backward();
  for (auto& parameter : network.parameters()) learned.gradients.push_back(parameter.grad());
  for (const auto& buffer : network.named_buffers())  // to() a type takes the counts of batches along
    if (buffer.key().find("running") != std::string::npos) learned.statistics.push_back(buffer.value());
  return learned;
}

class NetworkLearnsInBlocks : public testing::TestWithParam<std::tuple<std::string, int, int>> {
 protected:
  void SetUp() override {
    if (block_of_channels() == 0) GTEST_SKIP() << "oneDNN has no fast kernels for this processor";
  }
};

// The oracle is LibTorch's pass in float64. Its own in float32 says how near that can be expected; in a deep
// network some ReLUs near 0 fall to the other side by a rounding, more or fewer by chance, so that the last
// maps must have more values than a few.
TEST_P(NetworkLearnsInBlocks, AsLibTorchDoes) {
  const auto& [architecture, pictures, side] = GetParam();
  const NetworkSpec spec{architecture, 5, 7};
  const auto crops = some_values({pictures, 5, side, side}, 1);
  auto ours = make_network(spec), plain = make_network(spec), exact = make_network(spec);
  for (auto& network : {ours, plain, exact}) network->initialize(3);
  exact->to(torch::kFloat64);
  ours->learn_in_blocks();
  const auto found = learn(*ours, crops), float32 = learn(*plain, crops),
             expected = learn(*exact, crops.to(torch::kFloat64));
  EXPECT_LT(relative(found.logits, expected.logits), 1e-5 + 10 * relative(float32.logits, expected.logits));
  for (std::size_t i = 0; i < found.gradients.size(); ++i)
    EXPECT_LT(relative(found.gradients[i], expected.gradients[i]),
              1e-5 + 10 * relative(float32.gradients[i], expected.gradients[i]))
        << ours->named_parameters().keys()[i];
  for (std::size_t i = 0; i < found.statistics.size(); ++i)
    EXPECT_LT(relative(found.statistics[i], expected.statistics[i]),
              1e-5 + 10 * relative(float32.statistics[i], expected.statistics[i]));
}

INSTANTIATE_TEST_SUITE_P(Networks, NetworkLearnsInBlocks,
                         testing::Values(std::make_tuple("resnet18", 6, 64),
                                         std::make_tuple("resnet18", 3, 45),
                                         std::make_tuple("resnet50", 4, 128)));

// One unit of a network: a convolution, what follows it, and the gradients of its input and parameters.
struct UnitCase {
  int pictures, from, to, kernel, stride, side;
  bool bias, norm;
};

ConvUnit make_unit(const UnitCase& one) {
  ConvUnit unit;
  unit.stride = one.stride;
  unit.padding = one.kernel / 2;
  unit.conv = Convolution(ConvShape{one.from, one.to, one.kernel, one.stride, one.bias});
  if (one.norm) unit.norm = BatchNorm(one.to, std::make_shared<NormContext>());
  torch::NoGradGuard no_grad;
  unit.conv->weight.copy_(some_values(unit.conv->weight.sizes().vec(), 1) /
                          std::sqrt(one.from * one.kernel * one.kernel));
  if (one.bias) unit.conv->bias.copy_(some_values({one.to}, 2));
  if (!one.norm) return unit;
  unit.norm->weight.copy_(some_values({one.to}, 3).abs() + 0.5);
  unit.norm->bias.copy_(some_values({one.to}, 4));
  return unit;
}

class UnitLearnsInBlocks : public testing::TestWithParam<UnitCase> {};

TEST_P(UnitLearnsInBlocks, AsLibTorchDoes) {
  const int block = block_of_channels();
  if (block == 0) GTEST_SKIP() << "oneDNN has no fast kernels for this processor";
  const auto one = GetParam();
  const auto values = some_values({one.pictures, one.from, one.side, one.side}, 5);
  std::vector<std::vector<torch::Tensor>> outcomes;
  for (const bool ours : {true, false}) {
    auto unit = make_unit(one);
    auto input =
        values.clone().to(ours ? torch::kFloat32 : torch::kFloat64).requires_grad_(one.from % block == 0);
    auto in = input;
    if (ours) {
      unit.blocked = std::make_unique<BlockedUnit>();
      if (one.from % block == 0) in = in_blocks_of(input);
    } else {
      unit.conv->to(torch::kFloat64);
      if (one.norm) unit.norm->to(torch::kFloat64);
    }
    auto output = in_rows(unit(in, Activation::relu));
    (output * some_values(output.sizes().vec(), 6).to(output.scalar_type())).sum().backward();
    auto& outcome =
        outcomes.emplace_back(std::vector<torch::Tensor>{output.detach(), unit.conv->weight.grad()});
    if (input.requires_grad()) outcome.push_back(input.grad());
    if (one.bias) outcome.push_back(unit.conv->bias.grad());
    if (one.norm)
      for (const auto& tensor : {unit.norm->weight.grad(), unit.norm->bias.grad(), unit.norm->running_mean,
                                 unit.norm->running_var})
        outcome.push_back(tensor);
  }
  for (std::size_t i = 0; i < outcomes[0].size(); ++i)
    EXPECT_LT(relative(outcomes[0][i], outcomes[1][i]), 1e-4) << "of output, weight, input, …: " << i;
}

INSTANTIATE_TEST_SUITE_P(
    Units, UnitLearnsInBlocks,
    testing::Values(UnitCase{5, 3, 32, 7, 2, 33, false, true}, UnitCase{4, 32, 48, 3, 1, 17, false, true},
                    UnitCase{3, 64, 64, 3, 1, 12, true, false}, UnitCase{16, 64, 32, 3, 1, 4, false, true},
                    UnitCase{4, 32, 64, 1, 2, 16, false, true}, UnitCase{6, 64, 32, 3, 2, 9, false, true},
                    UnitCase{2, 5, 16, 3, 1, 8, true, false}));

TEST(BlockedNetwork, ItsFeaturesAreThoseInRows) {
  const NetworkSpec spec{"resnet18", 3, 4};
  auto ours = make_network(spec), plain = make_network(spec);
  for (auto& network : {ours, plain}) network->initialize(3), network->train();
  ours->learn_in_blocks();
  torch::NoGradGuard no_grad;
  const auto crops = some_values({4, 3, 64, 64}, 2);
  const auto found = ours->features(crops, {"conv2a", "conv4a"}),
             expected = plain->features(crops, {"conv2a", "conv4a"});
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_LT(relative(found[i], expected[i]), 1e-5);
}

TEST(BlockedLayers, AreNoneWhereAProcessorHasNoKernels) {
  const int block = block_of_channels();
  EXPECT_TRUE(block == 0 || block == 8 || block == 16) << block;
}

}  // namespace
}  // namespace cytoscale::network
