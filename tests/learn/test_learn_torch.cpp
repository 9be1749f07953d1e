#include <gtest/gtest.h>
#include <torch/optim.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "core/random.hpp"
#include "learn/optim/optimizer.hpp"
#include "network/torch/network_torch.hpp"
#include "screen/plan.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

torch::Device device() {
  return network::choose_device(test_device(), world().node_rank());
}

// Adds up over ranks what each has on its device.
void sum_over_ranks(torch::Tensor& values) {
  auto on_host = values.to(torch::kCPU, torch::kFloat64).contiguous();
  world().all_reduce(std::span(on_host.data_ptr<double>(), static_cast<std::size_t>(on_host.numel())),
                     mpi::Reduction::sum);
  values = on_host.to(values.options());
}

torch::Tensor some_values(std::vector<std::int64_t> shape, std::uint64_t stream) {
  auto values = torch::empty(shape);
  Random random(2, {stream});
  for (std::int64_t i = 0; i < values.numel(); ++i)
    values.data_ptr<float>()[i] = static_cast<float>(random.normal());
  return values;
}

torch::Tensor values_there(std::vector<std::int64_t> shape, std::uint64_t stream) {
  return some_values(std::move(shape), stream).to(device());
}

double relative(const torch::Tensor& found, const torch::Tensor& expected) {
  return ((found - expected).norm() / (expected.norm() + 1e-12)).item<double>();
}

// Oracle: LibTorch's own batch normalization of the whole batch on one rank. Parts of the batch are of
// unequal size.
class SyncNormTest : public testing::TestWithParam<bool> {};

TEST_P(SyncNormTest, IsThatOfTheWholeBatch) {
  const bool channels_last = GetParam();
  const auto layout = channels_last ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous;
  const int batch = 11, channels = 5;
  const auto whole = (values_there({batch, channels, 6, 4}, 1) * 3 + 2).contiguous(layout);
  const auto weight_of_output = values_there({batch, channels, 6, 4}, 2);

  auto reference = network::BatchNorm(channels, std::make_shared<network::NormContext>());
  auto context = std::make_shared<network::NormContext>();
  context->mode = network::NormMode::sync;
  context->ranks = world().size();
  context->sum_over_ranks = [](std::span<double> values) { world().all_reduce(values, mpi::Reduction::sum); };
  auto ours = network::BatchNorm(channels, context);
  for (auto* norm : {&reference, &ours}) {
    torch::NoGradGuard no_grad;
    (*norm)->to(device());
    (*norm)->weight.copy_(values_there({channels}, 3));
    (*norm)->bias.copy_(values_there({channels}, 4));
  }
  auto all = whole.clone().requires_grad_();
  const auto expected = reference(all);
  (expected * weight_of_output).sum().backward();

  const auto block = screen::block_of(batch, world().rank(), world().size());
  const auto first = static_cast<std::int64_t>(block.first), last = static_cast<std::int64_t>(block.last);
  auto mine = whole.slice(0, first, last).clone(layout).requires_grad_();
  const auto output = ours(mine);
  (output * weight_of_output.slice(0, first, last)).sum().backward();
  auto weight_gradient = ours->weight.grad().clone(), bias_gradient = ours->bias.grad().clone();
  for (auto* gradient : {&weight_gradient, &bias_gradient}) sum_over_ranks(*gradient);

  EXPECT_LT(relative(output, expected.slice(0, first, last)), 1e-6);
  EXPECT_LT(relative(mine.grad(), all.grad().slice(0, first, last)), 1e-5);
  EXPECT_LT(relative(weight_gradient, reference->weight.grad()), 1e-5);
  EXPECT_LT(relative(bias_gradient, reference->bias.grad()), 1e-5);
  EXPECT_LT(relative(ours->running_mean, reference->running_mean), 1e-6);
  EXPECT_LT(relative(ours->running_var, reference->running_var), 1e-6);
  EXPECT_EQ(ours->num_batches_tracked.item<std::int64_t>(), 1);
}

TEST_P(SyncNormTest, TakesBf16) {
  auto context = std::make_shared<network::NormContext>();
  context->mode = network::NormMode::sync;
  context->ranks = world().size();
  context->sum_over_ranks = [](std::span<double> values) { world().all_reduce(values, mpi::Reduction::sum); };
  auto norm = network::BatchNorm(4, context);
  norm->to(device());
  const auto stream = static_cast<std::uint64_t>(world().rank());
  auto input = values_there({6, 4, 8, 8}, 7 + stream).to(torch::kBFloat16);
  if (GetParam()) input = input.contiguous(torch::MemoryFormat::ChannelsLast);
  input.requires_grad_();
  const auto output = norm(input);
  EXPECT_EQ(output.scalar_type(), torch::kBFloat16);
  output.to(torch::kFloat32).square().sum().backward();
  EXPECT_EQ(input.grad().scalar_type(), torch::kBFloat16);
  EXPECT_EQ(norm->weight.grad().scalar_type(), torch::kFloat32);
  EXPECT_LT(std::abs(output.to(torch::kFloat32).mean().item<double>()), 0.2);
}

INSTANTIATE_TEST_SUITE_P(Layouts, SyncNormTest, testing::Bool());

// Gradients of a whole network on parts of a batch, summed, are those of the batch on one rank. As float64:
// in float32 the last bits decide on which side of zero some ReLU falls, and one of them changes a gradient
// by parts in a thousand.
TEST(SyncNorm, ANetworkLearnsAsOnOneRank) {
  const int batch = 8;
  const auto crops = values_there({batch, 2, 40, 40}, 5).abs().to(torch::kFloat64);
  const auto target = values_there({batch, 3}, 6).to(torch::kFloat64);
  auto alone = network::make_network({"resnet18", 2, 3}), shared = network::make_network({"resnet18", 2, 3});
  for (auto* network : {alone.get(), shared.get()}) {
    network->initialize(1);
    network->to(device(), torch::kFloat64);
  }
  auto& norms = shared->norms();
  norms.mode = network::NormMode::sync;
  norms.ranks = world().size();
  norms.sum_over_ranks = [](std::span<double> values) { world().all_reduce(values, mpi::Reduction::sum); };
  const auto block = screen::block_of(batch, world().rank(), world().size());
  const auto first = static_cast<std::int64_t>(block.first), last = static_cast<std::int64_t>(block.last);
  (alone->classify(crops) * target).sum().backward();
  (shared->classify(crops.slice(0, first, last)) * target.slice(0, first, last)).sum().backward();
  const auto expected = alone->named_parameters();
  for (auto& entry : shared->named_parameters()) {
    auto gradient = entry.value().grad();
    sum_over_ranks(gradient);
    EXPECT_LT(relative(gradient, expected[entry.key()].grad()), 1e-9) << entry.key();
  }
}

// Oracle: LibTorch's optimisers.
class OptimiserTest : public testing::TestWithParam<OptimizerKind> {};

TEST_P(OptimiserTest, IsThatOfLibTorch) {
  TrainOptions options;
  options.optimiser = GetParam();
  options.weight_decay = 0.05;
  auto matrix = some_values({300, 500}, 1).requires_grad_(), vector = some_values({70}, 2).requires_grad_();
  std::vector<float> parameters(150070), gradient(150070);
  const std::vector<FlatTensor> tensors = {{"vector", {70}, 0, 70}, {"matrix", {300, 500}, 70, 150000}};
  std::copy_n(vector.data_ptr<float>(), 70, parameters.data());
  std::copy_n(matrix.data_ptr<float>(), 150000, parameters.data() + 70);
  std::unique_ptr<torch::optim::Optimizer> decayed, plain;
  if (GetParam() == OptimizerKind::sgd) {
    const auto base = torch::optim::SGDOptions(0.01).momentum(0.9).nesterov(true);
    decayed = std::make_unique<torch::optim::SGD>(std::vector<torch::Tensor>{matrix},
                                                  torch::optim::SGDOptions(base).weight_decay(0.05));
    plain = std::make_unique<torch::optim::SGD>(std::vector<torch::Tensor>{vector}, base);
  } else {
    decayed = std::make_unique<torch::optim::AdamW>(std::vector<torch::Tensor>{matrix},
                                                    torch::optim::AdamWOptions(0.01).weight_decay(0.05));
    plain = std::make_unique<torch::optim::AdamW>(std::vector<torch::Tensor>{vector},
                                                  torch::optim::AdamWOptions(0.01).weight_decay(0));
  }
  WorkerPool pool(2);
  Optimiser ours(options, tensors, parameters.size());
  for (std::uint64_t step = 0; step < 5; ++step) {
    matrix.mutable_grad() = some_values({300, 500}, 10 + step);
    vector.mutable_grad() = some_values({70}, 20 + step);
    std::copy_n(vector.grad().data_ptr<float>(), 70, gradient.data());
    std::copy_n(matrix.grad().data_ptr<float>(), 150000, gradient.data() + 70);
    decayed->step();
    plain->step();
    ours.step(parameters, gradient, 0.01, pool);
  }
  EXPECT_LT(relative(torch::from_blob(parameters.data(), {70}), vector.detach()), 1e-6);
  EXPECT_LT(relative(torch::from_blob(parameters.data() + 70, {300, 500}), matrix.detach()), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(All, OptimiserTest, testing::Values(OptimizerKind::sgd, OptimizerKind::adamw));

TEST(FrozenNorm, UsesAndKeepsTheStoredStatistics) {
  auto context = std::make_shared<network::NormContext>();
  context->mode = network::NormMode::frozen;
  auto norm = network::BatchNorm(3, context);
  norm->to(device());
  const auto input = values_there({4, 3, 5, 5}, 1) * 2 + 1;
  EXPECT_LT(relative(norm(input), input / std::sqrt(1 + norm->epsilon)), 1e-6);
  EXPECT_EQ(norm->running_mean.abs().sum().item<float>(), 0);
  EXPECT_EQ(norm->num_batches_tracked.item<std::int64_t>(), 0);
}

}  // namespace
}  // namespace cytoscale::learn
