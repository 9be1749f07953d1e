// Evidence of a network over fields: where it is, at edges and for a label that is sure.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "embed/encoder.hpp"
#include "network/weights/model_file.hpp"
#include "same_bytes.hpp"
#include "test_support.hpp"

namespace cytoscale::network {
namespace {

// Evidence of fields of this size, by a network over fields with random weights.
embed::EncoderOptions evidence(const ModelInfo& info, image::PictureSize size, int margin_px) {
  embed::EncoderOptions options;
  options.model = fresh_folder("evidence_" + info.spec.architecture) / "model.safetensors";
  store::write_safetensors(options.model, initial_weights(info, 3));
  options.channels = 1;
  options.device = test_device();
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

}  // namespace
}  // namespace cytoscale::network
