#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"
#include "embed/encoder.hpp"
#include "network/weights/model_file.hpp"
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
  options.device = Device::cpu;
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

bool same_bytes(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
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

// Evidence of fields of this size, by a network over fields with random weights.
embed::EncoderOptions evidence(const ModelInfo& info, image::PictureSize size, int margin_px) {
  embed::EncoderOptions options;
  options.model = fresh_folder("evidence_" + info.spec.architecture) / "model.safetensors";
  store::write_safetensors(options.model, initial_weights(info, 3));
  options.channels = 1;
  options.device = Device::cpu;
  options.whole_fields = true;
  options.classes = true;
  options.evidence = "positive";
  options.evidence_margin_px = margin_px;
  options.crop_size = size;
  return options;
}

std::vector<float> answer(const embed::EncoderOptions& options, std::span<const float> field) {
  const auto encoder = embed::make_encoder(options);
  std::vector<float> out(encoder->feature_names().size());
  encoder->encode(field, 1, out);
  return out;
}

// With a margin: what a field that really goes on as its mirror image gives, but for the probabilities.
TEST(Encoder, EvidenceBeyondTheEdgesIsOfTheMirrorImage) {
  constexpr int height = 100, width = 120, margin = 20, far_width = width + 2 * margin;
  Random random(2, {1});
  std::vector<float> field(height * width), continued;
  for (auto& value : field) value = static_cast<float>(random.uniform());
  const auto mirrored = [](int at, int size) { return at < 0 ? -at : at < size ? at : 2 * size - 2 - at; };
  for (int y = -margin; y < height + margin; ++y)
    for (int x = -margin; x < width + margin; ++x)
      continued.push_back(field[static_cast<std::size_t>(mirrored(y, height) * width + mirrored(x, width))]);
  for (const std::string architecture : {"wscnn4", "mil_cnn"}) {
    ModelInfo info{
        {architecture, 1, 2}, 0, image::CropNormalization::none, {}, {"negative", "positive"}, false, {}};
    const auto plain = answer(evidence(info, {height, width}, 0), field),
               found = answer(evidence(info, {height, width}, margin), field),
               wanted = answer(evidence(info, {height + 2 * margin, far_width}, 0), continued);
    EXPECT_TRUE(same_bytes(std::span(plain).first(2), std::span(found).first(2))) << architecture;
    double worst = 0, greatest = 0, moved = 0;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const auto here = static_cast<std::size_t>(2 + y * width + x);
        const auto there = wanted[static_cast<std::size_t>(2 + (y + margin) * far_width + x + margin)];
        worst = std::max<double>(worst, std::abs(found[here] - there));
        moved = std::max<double>(moved, std::abs(found[here] - plain[here]));
        greatest = std::max<double>(greatest, there);
      }
    EXPECT_GT(greatest, 0) << architecture;
    EXPECT_LT(worst, 1e-5 * greatest) << architecture;
    EXPECT_GT(moved, 1e-3 * greatest) << architecture;
  }
}

// The positive label's map made `peak` at its highest place and -10 where nothing stands; the negative one's
// 0.
void rescale_maps(const embed::EncoderOptions& options, std::span<const float> field, float peak) {
  auto maps_only = options;
  maps_only.evidence.clear();
  maps_only.maps = true;
  const auto maps = answer(maps_only, field);
  const auto places = (maps.size() - 2) / 2;
  const auto positive = std::span(maps).subspan(2 + places);
  const float flat = positive[places / 2], low = *std::min_element(positive.begin(), positive.end()),
              high = *std::max_element(positive.begin(), positive.end());
  const float farthest = high - flat > flat - low ? high : low, factor = (peak + 10) / (farthest - flat);
  auto stored = store::read_safetensors(options.model);
  const auto change = [&](const std::string& name, auto function) {
    auto& bytes = stored.tensors.at(name).bytes;
    std::vector<float> values(bytes.size() / 4);
    std::memcpy(values.data(), bytes.data(), bytes.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = i < values.size() / 2 ? 0 : function(values[i]);
    std::memcpy(bytes.data(), values.data(), bytes.size());
  };
  change("maps.weight", [&](float weight) { return factor * weight; });
  change("maps.bias", [&](float bias) { return factor * (bias - flat) - 10; });
  store::write_safetensors(options.model, stored);
}

// 1 - p of a sure label is lost in float32: all places of its map would look as sure as the greatest.
TEST(Encoder, EvidenceForASureLabelIsAtItsPlacesAlone) {
  constexpr int height = 210, width = 280;
  std::vector<float> field(height * width, 1);
  for (int y = 100; y < 110; ++y)
    for (int x = 80; x < 90; ++x) field[static_cast<std::size_t>(y * width + x)] = 4;
  ModelInfo info{
      {"wscnn4", 1, 2}, 0, image::CropNormalization::none, {}, {"negative", "positive"}, false, {}};
  const auto options = evidence(info, {height, width}, 0);
  rescale_maps(options, field, 30);
  const auto found = answer(options, field);
  EXPECT_EQ(found[1], 1);
  const auto greatest_of = [&](int left, int right) {
    float greatest = 0;
    for (int y = 70; y < height - 70; ++y)  // the network sees edges, too
      for (int x = left; x < right; ++x)
        greatest = std::max(greatest, found[static_cast<std::size_t>(2 + y * width + x)]);
    return greatest;
  };
  EXPECT_GT(greatest_of(70, 100), 0);
  EXPECT_LT(greatest_of(180, 210), 1e-3f * greatest_of(70, 100));
}

TEST(Encoder, AMarginThatAFieldDoesNotHaveIsRefused) {
  ModelInfo info{
      {"wscnn4", 1, 2}, 0, image::CropNormalization::none, {}, {"negative", "positive"}, false, {}};
  for (const int margin : {-1, 100})
    EXPECT_THROW(embed::make_encoder(evidence(info, {100, 120}, margin)), Error) << margin;
  info.spec.pooling = {Pool::fc, 0, 100, 120};
  EXPECT_NO_THROW(embed::make_encoder(evidence(info, {100, 120}, 0)));
  EXPECT_THROW(embed::make_encoder(evidence(info, {100, 120}, 8)), Error);
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
