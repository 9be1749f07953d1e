// Pixels as tensors against the same on the host, which other tests hold against formulas.
#include <gtest/gtest.h>

#include <cmath>

#include "core/random.hpp"
#include "image/illumination.hpp"
#include "network/torch/device_lane_torch.hpp"
#include "network/torch/device_pixels_torch.hpp"
#include "network/torch/network_torch.hpp"
#include "test_support.hpp"

namespace cytoscale::network {
namespace {

using image::CropNormalization;
using image::PictureSize;

image::FieldImage some_field(int channels, PictureSize size) {
  image::FieldImage field(channels, size.height, size.width);
  Random random(3, {1});
  for (auto& value : field.pixels) value = std::floor(static_cast<float>(random.uniform(0, 65536)));
  return field;
}

torch::Tensor as_tensor(const image::FieldImage& field) {
  return torch::from_blob(const_cast<float*>(field.pixels.data()),
                          {field.channels, field.height, field.width})
      .clone();
}

TEST(DevicePixels, CodesOf8And16BitsAreTheirNumbers) {
  const auto field = some_field(2, {5, 7});
  const auto values = as_tensor(field);
  // What does not fit 15 bits is a negative number of 16 bits with the same bits.
  const auto codes = (values - 65536 * (values >= 32768)).to(torch::kInt16);
  EXPECT_TRUE(corrected_planes(codes, {}).equal(values));
  const auto bytes = torch::arange(256, torch::kUInt8).view({1, 16, 16});
  EXPECT_TRUE(corrected_planes(bytes, {}).equal(torch::arange(256, torch::kFloat32).view({1, 16, 16})));
  EXPECT_TRUE(corrected_planes(values, {}).equal(values));
}

TEST(DevicePixels, CorrectionIsThatOfTheHost) {
  auto field = some_field(2, {9, 8});
  image::Illumination gain{2, 9, 8, std::vector<float>(2 * 9 * 8)};
  Random random(4, {1});
  for (auto& value : gain.gain) value = static_cast<float>(random.uniform(0.5, 2));
  const auto planes = as_tensor(field);
  image::correct(field, gain);
  const auto found = corrected_planes(planes, torch::from_blob(gain.gain.data(), {2, 9, 8}));
  EXPECT_LT((found - as_tensor(field)).abs().max().item<float>(), 65536 * 1e-6F);
}

// At the edges and far outside.
TEST(DevicePixels, WindowsAreThoseOfTheHost) {
  const auto field = some_field(3, {40, 30});
  const PictureSize size(12, 10);
  const std::vector<std::array<float, 2>> centers{{20, 15},       {0.5F, 0.5F},  {39.5F, 29.5F},
                                                  {-5, 15},       {45, 33},      {-60, 2},
                                                  {1e12F, -1e9F}, {17.5F, 2.5F}, {2.49F, 28}};
  const auto count = static_cast<std::int64_t>(centers.size());
  const auto corners = torch::empty({count, 2}, torch::kInt64);
  std::vector<float> expected(centers.size() * 3 * size.pixels());
  for (std::size_t i = 0; i < centers.size(); ++i) {
    const auto [y, x] = centers[i];
    const auto corner = window_corner(y, x, size, {40, 30});
    std::copy(corner.begin(), corner.end(), corners.data_ptr<std::int64_t>() + 2 * i);
    image::extract_crop(field, y, x, size,
                        std::span(expected).subspan(i * 3 * size.pixels(), 3 * size.pixels()));
  }
  const auto crops = window_crops(as_tensor(field), corners, size);
  EXPECT_TRUE(crops.equal(torch::from_blob(expected.data(), {count, 3, 12, 10})));
  EXPECT_THROW(window_corner(std::nanf(""), 1, size, {40, 30}), std::exception);
}

struct Rescalings : testing::TestWithParam<CropNormalization> {};

TEST_P(Rescalings, AreThoseOfTheHost) {
  const PictureSize size(6, 7);
  const auto area = size.pixels();
  auto crops = torch::rand({5, 2, 6, 7}) * 4000 + 100;
  crops[1][0].fill_(3.3);  // flat
  crops[2][1].zero_();     // black
  crops[3][0] -= 1e5;      // all below 0
  image::Rescaling rescaling(GetParam());
  if (image::needs_statistics(GetParam())) {
    const bool whole = GetParam() == CropNormalization::mean_image;
    rescaling.statistics = {std::vector<float>(whole ? 2 * area : 2, 700), {250, 0}, {}};
    if (whole) rescaling.statistics.size = size, rescaling.statistics.mean[9] = 10;
  }
  const auto made = CropRescaler(rescaling, torch::kCPU)(crops).contiguous();
  for (std::int64_t i = 0; i < crops.size(0); ++i) {
    auto expected = crops[i].clone();
    image::normalize_crop({expected.data_ptr<float>(), 2 * area}, 2, rescaling);
    EXPECT_LT((made[i] - expected).abs().max().item<float>(), 1e-6F) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Rescalings,
                         testing::Values(CropNormalization::maximum, CropNormalization::minmax,
                                         CropNormalization::zscore, CropNormalization::none,
                                         CropNormalization::dataset, CropNormalization::mean_image));

TEST(DeviceLane, CopiesAndRepeats) {
  const auto lane = DeviceLane::on(choose_device(test_device(), world().node_rank()));
  const auto entered = lane->enter();
  const auto buffer = lane->buffer({3}, torch::kFloat32);
  buffer.values.fill_(2);
  const auto there = lane->upload(buffer);
  buffer.values.fill_(5);
  EXPECT_EQ(there.sum().item<float>(), 6);
  const auto sum = torch::zeros({3}, torch::TensorOptions(lane->device()));
  const auto repeat = lane->record([&] { sum.add_(there); });
  sum.zero_();
  repeat();
  repeat();
  const bool cpu = test_device() == Device::cpu;  // where what is there when is known
  const auto before = DeviceLane::counts().waits.load();
  const auto waits = [&] { return cpu ? DeviceLane::counts().waits - before : 0; };
  const auto back = lane->download(sum);
  EXPECT_FALSE(cpu && back->there());
  sum.zero_();
  EXPECT_EQ(back->wait()[1].item<float>(), 4);
  EXPECT_EQ(waits(), 0);
  lane->download(sum)->hold_back();
  EXPECT_EQ(waits(), 0);
  lane->download(sum)->wait();
  EXPECT_EQ(waits(), cpu ? 1 : 0);
}

// A recorded step of learning: forward, backward, and a change of the weights.
TEST(DeviceLane, BackwardIsRepeated) {
  const auto lane = DeviceLane::on(choose_device(test_device(), world().node_rank()));
  const auto entered = lane->enter();
  const auto options = torch::TensorOptions(lane->device());
  auto weight = torch::ones({4, 3}, options).requires_grad_();
  const auto input = torch::ones({2, 3}, options);
  const auto work = [&] {
    weight.mutable_grad() = torch::Tensor();
    torch::linear(input, weight).sum().backward();
    torch::NoGradGuard no_grad;
    weight.sub_(weight.grad(), 0.25);
  };
  const auto repeat = lane->record(work);
  {
    torch::NoGradGuard no_grad;
    weight.fill_(1);  // rehearsals have changed it
  }
  repeat();
  repeat();
  EXPECT_TRUE(torch::allclose(lane->download(weight.detach())->wait(), torch::zeros({4, 3})));
}

}  // namespace
}  // namespace cytoscale::network
