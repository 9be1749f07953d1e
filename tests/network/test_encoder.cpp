#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"
#include "embed/encoder.hpp"
#include "network/weights/model_file.hpp"
#include "same_bytes.hpp"
#include "store/tensor_values.hpp"
#include "test_support.hpp"

namespace cytoscale::network {
namespace {

using embed::EncoderKind;

embed::EncoderOptions untrained(int threads = 1, Precision precision = Precision::fp32,
                                EncoderKind kind = EncoderKind::torch) {
  embed::EncoderOptions options;
  options.kind = kind;
  options.layers = {"conv4a", "pool5", "conv1"};
  options.channels = 3;
  options.crop_size = 48;
  options.seed = 5;
  options.threads = threads;
  options.precision = precision;
  options.device = kind == EncoderKind::torch ? test_device() : Device::cpu;
  return options;
}

std::vector<float> some_crops(std::size_t count) {
  Random random(1, {2});
  std::vector<float> crops(count * 3 * 48 * 48);
  for (auto& value : crops) value = static_cast<float>(random.uniform());
  return crops;
}

std::vector<float> encode(embed::Encoder& encoder, std::span<const float> crops) {
  const auto count = crops.size() / (3 * 48 * 48);
  std::vector<float> out(count * encoder.feature_names().size());
  encoder.encode(crops, count, out);
  return out;
}

class EachEncoder : public testing::TestWithParam<std::pair<EncoderKind, Precision>> {
 protected:
  void SetUp() override {
    if (kind() == EncoderKind::onednn && precision() == Precision::bf16 &&
        !__builtin_cpu_supports("avx512bw"))
      GTEST_SKIP() << "oneDNN computes with bf16 where there is AVX-512";
  }
  static EncoderKind kind() { return GetParam().first; }
  static Precision precision() { return GetParam().second; }
  static auto make(int threads) { return embed::make_encoder(untrained(threads, precision(), kind())); }
};

TEST_P(EachEncoder, SameBytesForAnyNumberOfThreads) {
  const auto crops = some_crops(37);
  const auto one = encode(*make(1), crops);
  EXPECT_TRUE(std::all_of(one.begin(), one.end(), [](float value) { return std::isfinite(value); }));
  for (const int threads : {2, 3}) EXPECT_TRUE(same_bytes(one, encode(*make(threads), crops))) << threads;
}

TEST_P(EachEncoder, ACellDoesNotDependOnThoseBesideIt) {
  auto encoder = make(2);
  const auto crops = some_crops(37);
  const std::size_t crop = 3 * 48 * 48, dims = encoder->feature_names().size();
  const auto all = encode(*encoder, crops);
  for (const std::size_t cell : {0, 5, 16, 36}) {
    const auto alone = encode(*encoder, std::span(crops).subspan(cell * crop, crop));
    EXPECT_TRUE(same_bytes(alone, std::span(all).subspan(cell * dims, dims))) << cell;
  }
}

// Norm of the difference, as a part of that of `exact`.
double difference(std::span<const float> exact, std::span<const float> other) {
  double sum = 0, norm = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    sum += std::pow(double(exact[i]) - other[i], 2);
    norm += std::pow(double(exact[i]), 2);
  }
  return std::sqrt(sum / norm);
}

TEST_P(EachEncoder, IsNearTheReference) {
  if (kind() == EncoderKind::torch && precision() == Precision::fp32) GTEST_SKIP() << "the reference itself";
  const auto crops = some_crops(8);
  EXPECT_LT(difference(encode(*embed::make_encoder(untrained(1)), crops), encode(*make(1), crops)),
            precision() == Precision::fp32 ? 1e-5 : 1e-2);
}

INSTANTIATE_TEST_SUITE_P(All, EachEncoder,
                         testing::Values(std::pair(EncoderKind::torch, Precision::fp32),
                                         std::pair(EncoderKind::torch, Precision::bf16),
                                         std::pair(EncoderKind::onednn, Precision::fp32),
                                         std::pair(EncoderKind::onednn, Precision::bf16)));

// Crops that no tile's height or width divides, and one larger than a tile of float32 values.
TEST(Encoder, OddSizesAreThoseOfTheReference) {
  for (const auto size :
       {image::PictureSize{33, 47}, image::PictureSize{8, 8}, image::PictureSize{96, 131}}) {
    Random random(4, {1});
    std::vector<float> crops(3 * 3 * size.pixels());
    for (auto& value : crops) value = static_cast<float>(random.uniform());
    std::vector<std::vector<float>> found;
    for (const auto kind : {EncoderKind::torch, EncoderKind::onednn}) {
      auto options = untrained(2, Precision::fp32, kind);
      options.crop_size = size;
      const auto encoder = embed::make_encoder(options);
      found.emplace_back(3 * encoder->feature_names().size());
      encoder->encode(crops, 3, found.back());
    }
    EXPECT_LT(difference(found[0], found[1]), 1e-5) << size.height << " × " << size.width;
  }
}

// Where LibTorch has infinities on the way, or a pixel is none: not 0, as ReLU would make of them.
TEST(Encoder, WhatIsNoNumberStaysNone) {
  auto options = untrained(1, Precision::fp32, EncoderKind::onednn);
  auto crops = some_crops(3);
  const std::size_t crop = crops.size() / 3;
  const auto finite_cells = [&](embed::Encoder& encoder) {
    const auto features = encode(encoder, crops);
    const auto dims = features.size() / 3;
    std::vector<bool> finite;
    for (std::size_t cell = 0; cell < 3; ++cell)
      finite.push_back(std::all_of(features.begin() + static_cast<std::ptrdiff_t>(cell * dims),
                                   features.begin() + static_cast<std::ptrdiff_t>((cell + 1) * dims),
                                   [](float value) { return std::isfinite(value); }));
    return finite;
  };
  const auto encoder = embed::make_encoder(options);
  EXPECT_EQ(finite_cells(*encoder), (std::vector<bool>{true, true, true}));
  crops[crop + 5] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(finite_cells(*encoder), (std::vector<bool>{true, false, true}));
  crops[crop + 5] = 3e38f;
  EXPECT_EQ(finite_cells(*encoder), (std::vector<bool>{true, false, true}));
  crops = some_crops(3);
  ModelInfo info{{"resnet18", 3, 0}, 48, image::CropNormalization::maximum, {}, {}, false, {}};
  auto weights = initial_weights(info, 1);
  auto& large = weights.tensors.at("layer1.0.conv1.weight");
  large = store::tensor_of(std::vector<float>(large.bytes.size() / sizeof(float), 3e38f), large.shape);
  options.model = fresh_folder("large_weights") / "model.safetensors";
  store::write_safetensors(options.model, weights);
  EXPECT_EQ(finite_cells(*embed::make_encoder(options)), (std::vector<bool>{false, false, false}));
}

TEST(Encoder, OnednnIsChosenForFeaturesOfCellsOnCpus) {
  const auto description = [](auto change) {
    auto options = untrained(1, Precision::fp32, EncoderKind::automatic);
    change(options);
    return embed::make_encoder(options)->description();
  };
  const auto none = [](embed::EncoderOptions&) {};
  EXPECT_NE(description(none).find("oneDNN"), std::string::npos);
  EXPECT_NE(description([](auto& o) { o.kind = EncoderKind::torch; }).find("LibTorch"), std::string::npos);
  const auto other = [](auto& o) { o.architecture = "wscnn4", o.layers = {"conv2"}, o.crop_size = 100; };
  EXPECT_NE(description(other).find("LibTorch"), std::string::npos);
  EXPECT_THROW(description([&](auto& o) { other(o), o.kind = EncoderKind::onednn; }), Error);
  EXPECT_THROW(description([&](auto& o) {
                 o.architecture = "vgg16", o.layers = {"fc6"}, o.crop_size = 32, o.kind = EncoderKind::onednn;
               }),
               Error);
}

TEST(Encoder, DescribesItself) {
  auto encoder = embed::make_encoder(untrained());
  EXPECT_EQ(encoder->channels(), 3);
  EXPECT_EQ(encoder->crop_size(), image::PictureSize(48));
  const auto names = encoder->feature_names(), layers = encoder->feature_layers();
  ASSERT_EQ(names.size(), 256u + 512u + 64u);
  ASSERT_EQ(layers.size(), names.size());
  EXPECT_EQ(names[0], "resnet18_conv4a_0");
  EXPECT_EQ(layers[256], "pool5");
  EXPECT_EQ(layers.back(), "conv1");
}

TEST(Encoder, NoCellsNoWork) {
  auto encoder = embed::make_encoder(untrained());
  EXPECT_NO_THROW(encoder->encode({}, 0, {}));
}

TEST(Encoder, BadRequestsAreRefused) {
  auto encoder = embed::make_encoder(untrained());
  std::vector<float> crops(10), out(10);
  EXPECT_THROW(encoder->encode(crops, 1, out), Error);
  const auto refused = [](auto change) {
    auto options = untrained();
    change(options);
    EXPECT_THROW(embed::make_encoder(options), Error);
  };
  refused([](auto& o) { o.threads = 0; });
  refused([](auto& o) { o.crop_size = 4; });
  refused([](auto& o) { o.layers = {"conv7"}; });
  refused([](auto& o) { o.channels = 0; });
  refused([](auto& o) { o.architecture = "resnet1000"; });
  refused([](auto& o) { o.model = "/nonexistent/model"; });
  refused([](auto& o) { o.architecture = "vgg16", o.crop_size = 24; });
}

}  // namespace
}  // namespace cytoscale::network
