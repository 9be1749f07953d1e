#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.hpp"
#include "core/random.hpp"
#include "embed/encoder.hpp"

namespace cytoscale {
namespace {

EncoderOptions untrained(int threads = 1, const std::string& precision = "fp32") {
  EncoderOptions options;
  options.layers = {"conv4a", "pool5", "conv1"};
  options.channels = 3;
  options.crop_size = 48;
  options.seed = 5;
  options.threads = threads;
  options.precision = precision;
  options.device = "cpu";
  return options;
}

std::vector<float> some_crops(std::size_t count) {
  Random random(1, {2});
  std::vector<float> crops(count * 3 * 48 * 48);
  for (auto& value : crops) value = static_cast<float>(random.uniform());
  return crops;
}

std::vector<float> encode(Encoder& encoder, std::span<const float> crops) {
  const auto count = crops.size() / (3 * 48 * 48);
  std::vector<float> out(count * encoder.feature_names().size());
  encoder.encode(crops, count, out);
  return out;
}

bool same_bytes(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

class EncoderPrecision : public testing::TestWithParam<std::string> {};

TEST_P(EncoderPrecision, SameBytesForAnyNumberOfThreads) {
  const auto crops = some_crops(37);
  const auto one = encode(*make_torch_encoder(untrained(1, GetParam())), crops);
  EXPECT_TRUE(std::all_of(one.begin(), one.end(), [](float value) { return std::isfinite(value); }));
  for (const int threads : {2, 3})
    EXPECT_TRUE(same_bytes(one, encode(*make_torch_encoder(untrained(threads, GetParam())), crops)))
        << threads;
}

TEST_P(EncoderPrecision, ACellDoesNotDependOnThoseBesideIt) {
  auto encoder = make_torch_encoder(untrained(2, GetParam()));
  const auto crops = some_crops(37);
  const std::size_t crop = 3 * 48 * 48, dims = encoder->feature_names().size();
  const auto all = encode(*encoder, crops);
  for (const std::size_t cell : {0, 5, 16, 36}) {
    const auto alone = encode(*encoder, std::span(crops).subspan(cell * crop, crop));
    EXPECT_TRUE(same_bytes(alone, std::span(all).subspan(cell * dims, dims))) << cell;
  }
}

INSTANTIATE_TEST_SUITE_P(All, EncoderPrecision, testing::Values("fp32", "bf16"));

TEST(Encoder, Bf16IsNearFp32) {
  const auto crops = some_crops(8);
  const auto exact = encode(*make_torch_encoder(untrained(1)), crops);
  const auto rough = encode(*make_torch_encoder(untrained(1, "bf16")), crops);
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    difference += std::pow(double(exact[i]) - rough[i], 2);
    norm += std::pow(double(exact[i]), 2);
  }
  EXPECT_LT(std::sqrt(difference / norm), 0.02);
}

TEST(Encoder, DescribesItself) {
  auto encoder = make_torch_encoder(untrained());
  EXPECT_EQ(encoder->channels(), 3);
  EXPECT_EQ(encoder->crop_size(), PictureSize(48));
  const auto names = encoder->feature_names(), layers = encoder->feature_layers();
  ASSERT_EQ(names.size(), 256u + 512u + 64u);
  ASSERT_EQ(layers.size(), names.size());
  EXPECT_EQ(names[0], "resnet18_conv4a_0");
  EXPECT_EQ(layers[256], "pool5");
  EXPECT_EQ(layers.back(), "conv1");
}

TEST(Encoder, NoCellsNoWork) {
  auto encoder = make_torch_encoder(untrained());
  EXPECT_NO_THROW(encoder->encode({}, 0, {}));
}

TEST(Encoder, BadRequestsAreRefused) {
  auto encoder = make_torch_encoder(untrained());
  std::vector<float> crops(10), out(10);
  EXPECT_THROW(encoder->encode(crops, 1, out), Error);
  const auto refused = [](auto change) {
    auto options = untrained();
    change(options);
    EXPECT_THROW(make_torch_encoder(options), Error);
  };
  refused([](auto& o) { o.precision = "fp8"; });
  refused([](auto& o) { o.threads = 0; });
  refused([](auto& o) { o.crop_size = 4; });
  refused([](auto& o) { o.layers = {"conv7"}; });
  refused([](auto& o) { o.channels = 0; });
  refused([](auto& o) { o.architecture = "resnet1000"; });
  refused([](auto& o) { o.crop_normalisation = "somehow"; });
  refused([](auto& o) { o.device = "tpu"; });
  refused([](auto& o) { o.model = "/nonexistent/model"; });
  refused([](auto& o) { o.architecture = "vgg16", o.crop_size = 24; });
}

}  // namespace
}  // namespace cytoscale
