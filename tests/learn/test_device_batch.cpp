// Batches that are made on a device against those of the host, and what learns from them there against what
// learns on threads.
#include <gtest/gtest.h>
#include <torch/nn/functional/loss.h>

#include <cmath>

#include "learn/data/store_images.hpp"
#include "learn/device/device_batch_torch.hpp"
#include "learn/device/device_optimizer_torch.hpp"
#include "learn/device/rank_sums_torch.hpp"
#include "prepare/crop_screen.hpp"
#include "prepared_training.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

using network::DeviceLane;

TrainOptions changing() {
  auto options = small_training();
  options.augment.background = 0.2;
  options.augment.blur_px = 1.5;
  options.augment.scale = 0.3;
  options.augment.translation_px = 40;  // some crops reach beyond the field
  return options;
}

std::unique_ptr<DeviceLane> some_lane() {
  return DeviceLane::on(network::choose_device(test_device(), world().node_rank()));
}

std::size_t channels() {
  return prepared_training().plan.channels.size();
}

// The largest difference of a crop's pixel, or a target, to the host's.
double difference(const BatchMaker& maker, DeviceImages& images, DeviceLane& lane,
                  const TrainOptions& options) {
  const auto entered = lane.enter();
  const auto host = maker.training(3, 2, 7);
  const auto labels = host.targets.size() / host.count;
  DeviceBatch batch(lane, images, maker, options, channels(),
                    {5, maker.regularizer().cells_per_example(), labels, true});
  batch.upload(batch.stage(maker.drawn(3, 2, 7)));
  const auto made = batch.examples(host.count);
  EXPECT_EQ(made.crops_per_example, host.crops_per_example);
  const auto crops = made.crops.cpu().contiguous();
  EXPECT_EQ(crops.sizes(),
            (torch::IntArrayRef{static_cast<std::int64_t>(host.count * host.crops_per_example),
                                static_cast<std::int64_t>(channels()), host.size.height, host.size.width}));
  double most = 0, largest = 0;
  for (std::size_t i = 0; i < host.crops.size(); ++i) {
    most = std::max(most, std::abs(double(crops.data_ptr<float>()[i]) - host.crops[i]));
    largest = std::max(largest, std::abs(double(host.crops[i])));
  }
  EXPECT_GT(largest, 0.5);
  for (std::size_t i = 0; i < host.targets.size(); ++i)
    EXPECT_EQ(made.targets.cpu().contiguous().data_ptr<float>()[i], host.targets[i]);
  return most;
}

TEST(DeviceBatch, CropsAreThoseOfTheHost) {
  const auto& ready = prepared_training();
  const auto lane = some_lane();
  const auto entered = lane->enter();
  for (const auto kind : {RegularizerKind::baseline, RegularizerKind::mixup, RegularizerKind::rnn}) {
    auto options = changing();
    options.regularizer.kind = kind;
    const BatchMaker maker(ready.plan, ready.load.images, options, options.crop_px,
                           options.crop_normalization);
    const auto resident = make_resident_images(*lane, ready.load.images);
    EXPECT_LT(difference(maker, *resident, *lane, options), 2e-5) << enum_name(kind);
    const auto windows = make_window_images(*lane, ready.load.images, channels(),
                                            window_for_crop(options.crop_px, options.augment), 50);
    EXPECT_LT(difference(maker, *windows, *lane, options), 2e-5) << enum_name(kind);
  }
}

TEST(DeviceBatch, CropsOfAStoreAreThoseOfTheHost) {
  const auto& ready = prepared_training();
  const auto lane = some_lane();
  const auto entered = lane->enter();
  const auto options = changing();
  for (const int bits : {8, 16}) {
    const auto folder = fresh_folder("device_store" + std::to_string(bits));
    prepare::crop_screen(quiet(), ready.small.screen, ready.small.cells,
                         {window_for_crop(options.crop_px, options.augment), bits, {}},
                         {folder / "crops.h5", "", folder / "failures.csv"}, {});
    const store::CropStore store(folder / "crops.h5");
    const StoreImages images(store, ready.small.cells);
    const BatchMaker maker(ready.plan, images, options, options.crop_px, options.crop_normalization);
    const auto made = make_device_images(*lane, images, options, channels(), 5, 1);
    EXPECT_EQ(made->window_bytes(), store.window_bytes());
    EXPECT_LT(difference(maker, *made, *lane, options), 2e-5) << bits;
  }
}

TEST(DeviceBatch, WholeFieldsAndMosaicsAreThoseOfTheHost) {
  const auto small = over_fields(prepared_training().small);
  auto options = changing();
  options.examples = Examples::mosaics;
  options.crop_px = 60;
  const auto plan = plan_training(small.screen, small.cells, small.roles, options);
  const BatchMaker maker(plan, prepared_training().load.images, options, 60, options.crop_normalization);
  const auto lane = some_lane();
  const auto entered = lane->enter();
  const auto images = make_resident_images(*lane, prepared_training().load.images);
  EXPECT_LT(difference(maker, *images, *lane, options), 2e-5);
}

// One pass with statistics of each shard has the gradients, and the statistics, of shard after shard.
TEST(DeviceBatch, OnePassWithStatisticsOfEachShardIsShardAfterShard) {
  torch::manual_seed(1);
  const std::vector<std::int64_t> shards{5, 3, 4};
  const auto crops = torch::rand({12, 2, 32, 32}, torch::kFloat64),
             targets = torch::eye(4, torch::kFloat64).repeat({3, 1});
  const auto make = [] {
    auto network = network::make_network({"resnet18", 2, 4});
    network->initialize(3);
    network->to(torch::kFloat64);
    network->norms().momentum = 1;
    network->train();
    return network;
  };
  const auto learn = [](network::Network& network, const torch::Tensor& pictures,
                        const torch::Tensor& answers) {
    auto x = network.classify(pictures);
    torch::nn::functional::cross_entropy(
        x, answers, torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum))
        .backward();
  };
  const auto together = make(), alone = make();
  together->norms().shards = shards;
  learn(*together, crops, targets);
  std::vector<torch::Tensor> seen;
  std::int64_t first = 0;
  for (const auto count : shards) {
    learn(*alone, crops.narrow(0, first, count), targets.narrow(0, first, count));
    const auto statistics = alone->statistics();
    for (std::size_t i = 0; i < statistics.size(); ++i) {
      const auto share = statistics[i] * (double(count) / 12);
      if (first == 0)
        seen.push_back(share.clone());
      else
        seen[i].add_(share);
    }
    first += count;
  }
  const auto expected = alone->parameters(), found = together->parameters();
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_LT((found[i].grad() - expected[i].grad()).abs().max().item<double>(), 1e-9) << i;
  const auto statistics = together->statistics();
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i].dim() == 0) continue;  // the number of batches, which is float64 here, too
    EXPECT_LT((statistics[i] - seen[i]).abs().max().item<double>(), 1e-9) << i;
  }
}

// To rounding: a step moves parameters by up to 0.12.
TEST(DeviceOptimizer, StepsAreThoseOfTheHost) {
  const std::vector<FlatTensor> tensors{{"a", {6, 5}, 0, 30}, {"b", {7}, 30, 7}};
  const auto lane = some_lane();
  const auto entered = lane->enter();
  for (const bool sgd : {false, true})
    for (const double clip : {0.0, 0.5}) {
      TrainOptions options;
      options.optimiser = sgd ? OptimizerKind::sgd : OptimizerKind::adamw;
      options.clip_norm = clip;
      options.weight_decay = 0.1;
      Optimiser host(options, tensors, 37), other(options, tensors, 37);
      WorkerPool pool(1);
      auto device = std::make_unique<DeviceOptimizer>(*lane, options, tensors, 37);
      torch::manual_seed(4);
      const auto expected = torch::rand({37}), found = expected.to(lane->device(), false, true);
      for (int step = 0; step < 6; ++step) {
        if (step == 3) {  // as from a checkpoint
          device->store(other);
          device = std::make_unique<DeviceOptimizer>(*lane, options, tensors, 37);
          device->load(other);
        }
        const auto gradient = torch::randn({37});
        const double rate = 0.02 * (step + 1);
        host.step({expected.data_ptr<float>(), 37}, {gradient.data_ptr<float>(), 37}, rate, pool);
        device->begin(rate);
        device->step(found, gradient.to(lane->device(), false, true));
        EXPECT_LT((expected - found.cpu()).abs().max().item<float>(), 5e-6) << sgd << clip << step;
      }
    }
}

TEST(RankSums, RanksThatShareADevice) {
  EXPECT_EQ(most_on_a_device({"a", "b", "c"}), 1);
  EXPECT_EQ(most_on_a_device({"a", "b", "a"}), 2);
}

}  // namespace
}  // namespace cytoscale::learn
