#include <gtest/gtest.h>

#include "core/error.hpp"
#include "network/torch/network_torch.hpp"
#include "network/torch/pooling_torch.hpp"
#include "test_support.hpp"

namespace cytoscale::network {
namespace {

torch::Device device() {
  return choose_device(test_device(), world().node_rank());
}

std::shared_ptr<Network> network_of(const NetworkSpec& spec) {
  auto network = make_network(spec);
  network->initialize(1);
  network->to(device());
  return network;
}

bool all_finite(const torch::Tensor& values) {
  return torch::isfinite(values).all().item<bool>();
}

// [2][3][64][64] logits: 4,096 instances a bag.
std::vector<torch::Tensor> extreme_maps() {
  std::vector<torch::Tensor> maps;
  for (const double logit : {-1e4, -300.0, -40.0, 0.0, 40.0, 300.0, 1e4})
    maps.push_back(torch::full({2, 3, 64, 64}, logit, device()));
  auto mixed = torch::full({2, 3, 64, 64}, -1e4, device());
  mixed.select(3, 5).fill_(1e4);
  maps.push_back(mixed);
  return maps;
}

TEST(Pooling, HoldsAtTheExtremes) {
  ASSERT_EQ(pools_of("mil_cnn").size(), 7u);
  const auto threshold = torch::tensor({-3.0f, 0.5f, 40.0f}, device());
  for (const auto& kind : pools_of("mil_cnn"))
    for (const double sharpness : {1.0, 10.0, 100.0})
      for (const auto& extreme : extreme_maps()) {
        const auto logits = extreme.clone().requires_grad_();
        const auto b = threshold.clone().requires_grad_();
        const auto odds = pool_log_odds(kind, logits, sharpness, b);
        const auto what = enum_name(kind) + ", sharpness " + std::to_string(sharpness) + ", first logit " +
                          std::to_string(extreme[0][0][0][0].item<float>());
        const auto bags = probabilities_of_odds(odds);
        EXPECT_TRUE(all_finite(odds) && all_finite(bags)) << what;
        EXPECT_GE(bags.min().item<float>(), 0) << what;
        EXPECT_LE(bags.max().item<float>(), 1) << what;
        for (const double target : {0.0, 1.0}) {
          logits.mutable_grad() = b.mutable_grad() = torch::Tensor();
          torch::binary_cross_entropy_with_logits(odds, torch::full_like(odds, target)).backward({}, true);
          EXPECT_TRUE(all_finite(logits.grad())) << what << ", target " << target;
          EXPECT_TRUE(!b.grad().defined() || all_finite(b.grad())) << what << ", target " << target;
        }
      }
}

// Where all p are next to 0, each pool has P = c·mean p or so: of −log P the gradients add up to −1, however
// small P is. Where all are next to 1, 1 − P is c·mean (1 − p), but noisy-OR's, the product of all 1 − p.
TEST(Pooling, TeachesAtTheExtremes) {
  const auto b = torch::tensor({-0.5f, 0.5f, 1.5f}, device());
  for (const auto& kind : pools_of("mil_cnn"))
    for (const double sharpness : {1.0, 10.0, 100.0})
      for (const double size : {30.0, 60.0, 300.0, 1e4})
        for (const double target : {0.0, 1.0}) {
          const auto logits =
              torch::full({1, 3, 40, 50}, target == 1 ? -size : size, device()).requires_grad_();
          const auto odds = pool_log_odds(kind, logits, sharpness, b);
          torch::binary_cross_entropy_with_logits(odds, torch::full_like(odds, target), {}, {},
                                                  at::Reduction::Sum)
              .backward();
          const double expected = target == 1 ? -1 : kind == Pool::noisy_or ? 2000 : 1;
          const auto sums = logits.grad().sum({2, 3}) / expected;
          EXPECT_LT((sums - 1).abs().max().item<float>(), 1e-4)
              << enum_name(kind) << ", sharpness " << sharpness << ", logits of " << size << ", target "
              << target;
        }
}

TEST(Pooling, ScoresOfAnySizeHold) {
  for (const auto kind : {Pool::max, Pool::mean, Pool::lse})
    for (const auto& extreme : extreme_maps()) {
      const auto scores = extreme.clone().requires_grad_();
      const auto bags = pool_scores(kind, scores, 10);
      bags.sum().backward();
      EXPECT_TRUE(all_finite(bags) && all_finite(scores.grad())) << enum_name(kind);
    }
}

TEST(FieldNetwork, ThresholdsStartInTheMiddleAndLearn) {
  auto network = network_of({"mil_cnn", 1, 3});
  network->forward_with_evidence(torch::rand({2, 1, 96, 96}, device())).bags.sum().backward();
  const auto parameters = network->named_parameters();
  EXPECT_TRUE(parameters["pool.threshold"].eq(0.5).all().item<bool>());
  EXPECT_GT(parameters["pool.threshold"].grad().abs().min().item<float>(), 0);
}

// A share of 0.2 after four of the pools and of 0.5 before the maps (Kraus et al. 2016 §4.3).
TEST(FieldNetwork, DropsWhatTheSeedSays) {
  auto network = network_of({"mil_cnn", 1, 3});
  const auto fields = torch::rand({2, 1, 96, 96}, device());
  const auto answer = [&](std::uint64_t seed) {
    network->dropout().seed(seed, device());
    return network->forward_with_evidence(fields).maps;
  };
  const auto first = answer(3);
  EXPECT_TRUE(torch::equal(first, answer(3)));
  EXPECT_FALSE(torch::equal(first, answer(4)));
  network->dropout().off();
  const auto whole = network->forward_with_evidence(fields).maps;
  EXPECT_TRUE(torch::equal(whole, network->forward_with_evidence(fields).maps));
  EXPECT_FALSE(torch::equal(whole, first));
  Dropout dropout;
  dropout.seed(5, device());
  const auto dropped = dropout.drop(torch::ones({100000}, device()), 0.2);
  EXPECT_NEAR(dropped.eq(0).to(torch::kFloat64).mean().item<double>(), 0.2, 0.005);
  EXPECT_NEAR(dropped.mean().item<double>(), 1, 0.01);
}

TEST(FieldNetwork, TakesBf16) {
  auto network = network_of({"wscnn4", 1, 2});
  network->eval();
  const auto fields = torch::rand({2, 1, 105, 140}, device());
  const auto wide = network->forward_with_evidence(fields),
             narrow = network->forward_with_evidence(fields.to(torch::kBFloat16));
  EXPECT_EQ(narrow.maps.scalar_type(), torch::kFloat32);
  EXPECT_LT((wide.bags - narrow.bags).abs().max().item<float>(), 0.1);
}

}  // namespace
}  // namespace cytoscale::network
