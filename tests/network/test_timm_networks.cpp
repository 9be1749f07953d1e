// EfficientNets and Vision Transformers, without Python: features that timm gave (timm_reference.hpp), what
// their names say, and that they learn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "embed/encoder.hpp"
#include "network/spec/architectures.hpp"
#include "network/spec/resampling.hpp"
#include "network/torch/network_torch.hpp"
#include "network/weights/model_file.hpp"
#include "same_bytes.hpp"
#include "store/tensor_values.hpp"
#include "test_support.hpp"
#include "timm_reference.hpp"

namespace cytoscale::network {
namespace {

using testing::HasSubstr;

// As make_timm_reference.py: FNV-1a of the name, and SplitMix64's finalizer over it and the index.
std::vector<double> uniform(const std::string& name, std::size_t count) {
  std::uint32_t hash = 2166136261u;
  for (const unsigned char byte : name) hash = (hash ^ byte) * 16777619u;
  std::vector<double> values;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto x = i + (std::uint64_t{hash} << 32);
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    x ^= x >> 31;
    values.push_back(static_cast<double>(x >> 40) / (1 << 24));
  }
  return values;
}

std::vector<float> values_of(const TensorInfo& tensor) {
  std::size_t count = 1;
  for (const auto extent : tensor.shape) count *= static_cast<std::size_t>(extent);
  const auto& name = tensor.name;
  const bool row = tensor.shape.size() == 1, scale = name.ends_with("weight") || name.ends_with("gamma");
  const auto fan_in = static_cast<double>(count) / static_cast<double>(tensor.shape.at(0));
  std::vector<float> values;
  for (const double u : uniform(name, count)) {
    double value = (u - 0.5) * 2 * std::sqrt(3 / fan_in);
    if (tensor.shape.size() == 3) value = u - 0.5;
    if (row) value = name.ends_with("running_var") || scale ? 0.5 + u : 0.4 * (u - 0.5);
    values.push_back(static_cast<float>(value));
  }
  return values;
}

store::SafeTensors weights_of(const NetworkSpec& spec) {
  store::SafeTensors file;
  for (const auto& tensor : tensors_of(spec))
    if (tensor.role != TensorInfo::Role::counter)
      file.tensors[tensor.name] = store::tensor_of(values_of(tensor), tensor.shape);
  return file;
}

torch::Tensor crops_of(const TimmLayer& of) {
  const auto values = uniform("crops", static_cast<std::size_t>(2 * of.channels * of.height * of.width));
  return torch::tensor(values, torch::kFloat64)
      .to(torch::kFloat32)
      .view({2, of.channels, of.height, of.width});
}

void expect_timms(const TimmLayer& timm, const torch::Tensor& rows, const std::string& how) {
  const auto row = rows[1].to(torch::kFloat64);
  const auto value = [&](std::int64_t i) { return row[i].item<double>(); };
  const auto name = std::string(timm.architecture) + " " + timm.layer + ", " + how;
  const double close = 1e-4 * timm.norm;
  EXPECT_NEAR(row.norm().item<double>(), timm.norm, close) << name;
  EXPECT_NEAR(value(0), timm.first, close) << name;
  EXPECT_NEAR(value(1), timm.second, close) << name;
  EXPECT_NEAR(value(-1), timm.last, close) << name;
}

TEST(TimmNetworks, FeaturesAreTimms) {
  std::shared_ptr<Network> network, folded;
  torch::InferenceMode inference;
  for (const auto& timm : timm_layers) {
    const NetworkSpec spec{timm.architecture, timm.channels, 0};
    if (!network || network->spec().architecture != spec.architecture) {
      for (auto* made : {&network, &folded}) {
        *made = make_network(spec);
        (*made)->eval();
        load_weights(**made, weights_of(spec), "reference");
      }
      folded->fold_norms(torch::kFloat32);
    }
    const auto crops = crops_of(timm);
    expect_timms(timm, network->features(crops, {timm.layer})[0], "as it learns");
    expect_timms(timm, folded->features(crops, {timm.layer})[0], "folded");
  }
}

TEST(TimmNetworks, SameBytesForAnyNumberOfThreadsAndNeighbors) {
  for (const std::string name : {"efficientnet_b0", "vit_tiny_patch8_dinov2_64"})
    for (const auto precision : {Precision::fp32, Precision::bf16}) {
      embed::EncoderOptions options;
      options.architecture = name;
      options.channels = 2;
      options.crop_size = 48;
      options.layers = {"all"};
      options.device = test_device();
      options.precision = precision;
      const std::size_t cells = 21, crop = 2 * 48 * 48;
      std::vector<float> crops;
      for (const double u : uniform("cells", cells * crop)) crops.push_back(static_cast<float>(u));
      std::vector<std::vector<float>> found;
      for (const int threads : {1, 2}) {
        options.threads = threads;
        const auto encoder = embed::make_encoder(options);
        EXPECT_THAT(encoder->description(), HasSubstr("LibTorch"));
        const auto dims = encoder->feature_names().size();
        found.emplace_back(cells * dims);
        encoder->encode(crops, cells, found.back());
        std::vector<float> alone(dims);
        encoder->encode(std::span(crops).subspan(18 * crop, crop), 1, alone);
        EXPECT_TRUE(same_bytes(alone, std::span(found.back()).subspan(18 * dims, dims))) << name;
      }
      EXPECT_TRUE(same_bytes(found[0], found[1])) << name;
    }
}

// As for the networks that oneDNN computes (test_encoder.cpp).
TEST(TimmNetworks, HalfPrecisionIsNearTheReference) {
  for (const auto& timm : timm_layers) {
    const NetworkSpec spec{timm.architecture, timm.channels, 0};
    if (std::string(timm.layer) != "cls" && std::string(timm.layer) != "pool5") continue;
    torch::InferenceMode inference;
    std::vector<torch::Tensor> rows;
    for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
      const auto network = make_network(spec);
      network->eval();
      load_weights(*network, weights_of(spec), "reference");
      network->fold_norms(type);
      rows.push_back(network->features(crops_of(timm).to(type), {timm.layer})[0]);
      EXPECT_EQ(rows.back().scalar_type(), torch::kFloat32);
    }
    EXPECT_LT(((rows[0] - rows[1]).norm() / rows[0].norm()).item<double>(), 0.02) << timm.architecture;
  }
}

TEST(TimmNetworks, EveryParameterLearns) {
  for (const std::string name : {"efficientnet_b0", "tf_efficientnet_b0", "vit_tiny_patch8_reg2_dinov2_64"}) {
    const auto network = make_network({name, 2, 3});
    network->initialize(4);
    network->train();
    network->learn_in_blocks();
    const auto crops = torch::rand({4, 2, 48, 40});
    torch::log_softmax(network->classify(crops), 1).select(1, 0).sum().backward();
    for (const auto& [parameter, tensor] : network->named_tensors()) {
      if (!tensor.requires_grad()) continue;
      ASSERT_TRUE(tensor.grad().defined()) << name << " " << parameter;
      EXPECT_TRUE(torch::isfinite(tensor.grad()).all().item<bool>()) << name << " " << parameter;
    }
  }
}

TEST(TimmNetworks, NamesOfTransformers) {
  for (const auto& [name, px, width] :
       {std::tuple("vit_small_patch16_224", 224, 384), std::tuple("vit_base_patch14_dinov2", 518, 768),
        std::tuple("vit_tiny_patch8_dinov2_128", 128, 192),
        std::tuple("vit_large_patch14_reg4_dinov2", 518, 1024)}) {
    const auto design = transformer_of_name(name);
    ASSERT_TRUE(design) << name;
    EXPECT_EQ(design->grid * design->patch, px) << name;
    EXPECT_EQ(design->width, width);
    EXPECT_EQ(name_of_transformer(*design), name);
    EXPECT_EQ(design->layer_scale, std::string(name).find("dinov2") != std::string::npos);
  }
  for (const std::string bad :
       {"vit_small_patch16", "vit_small_patch16_225", "vit_huge_patch14_224", "vit_small_patch0_224",
        "vit_small_patch16_", "vit_small_patch-8_64", "vit_small_patch14_reg_dinov2",
        "vit_small_patch14_dinov2_", "vit_small_patch14_dinov2_x", "vit_small_patch16_224x",
        "vit_small_patch16_dinov2", "vit_small_patch99999999999_224", "vit_small_patch1_1000"})
    EXPECT_FALSE(transformer_of_name(bad)) << bad;
  EXPECT_THAT(message_of([] {
                NetworkSpec{"vit_small_patch16_225", 3, 0}.validate();
              }),
              HasSubstr("vit_small_patch8_224"));
}

TEST(TimmNetworks, AreRecognized) {
  for (const std::string name : {"efficientnet_b0", "tf_efficientnet_b0", "vit_tiny_patch16_224",
                                 "vit_tiny_patch14_reg4_dinov2", "vit_tiny_patch8_dinov2_128"}) {
    auto file = weights_of({name, 4, 6});
    file.metadata["architecture"] = name;
    const auto info = model_info_of(file, "file.safetensors");
    EXPECT_EQ(info.spec.architecture, name);
    EXPECT_EQ(info.spec.channels, 4);
    EXPECT_EQ(info.spec.classes, 6);
    EXPECT_FALSE(info.crop_normalization.has_value());
    EXPECT_NO_THROW(check_tensors(info.spec, file, "file.safetensors"));
    file.tensors.erase("blocks.1.norm1.weight");
    file.tensors.erase("blocks.2.1.bn2.running_mean");
    EXPECT_THAT(message_of([&] { check_tensors(info.spec, file, "file.safetensors"); }),
                testing::AllOf(HasSubstr("file.safetensors:blocks."), HasSubstr("lacks"), HasSubstr("timm")));
  }
}

TEST(TimmNetworks, UsualLayers) {
  EXPECT_EQ(usual_layer({"resnet50", 3, 0}), "conv4a");
  EXPECT_EQ(usual_layer({"tf_efficientnet_b0", 3, 0}), "block6a_activation");
  EXPECT_EQ(usual_layer({"vit_small_patch14_dinov2", 3, 0}), "cls");
  EXPECT_EQ(select_layers({"efficientnet_b0", 5, 0}, {"block6a_activation"})[0].dims,
            672);  // Moshkov et al. 2024
  EXPECT_EQ(layers_of({"efficientnet_b0", 5, 0}).back().dims, 1280);
  EXPECT_EQ(layers_of({"vit_small_patch16_224", 5, 0}).back().name, "cls");
  EXPECT_EQ(layers_of({"vit_small_patch16_224", 5, 0}).size(), 26u);
}

TEST(TimmNetworks, CropsAreWholePatches) {
  EXPECT_NO_THROW(check_crop_fits("vit_small_patch14_dinov2", 126, 14));
  EXPECT_THAT(message_of([] { check_crop_fits("vit_small_patch14_dinov2", 126, 128); }),
              HasSubstr("126 or 140 px"));
  EXPECT_THAT(message_of([] { check_crop_fits("vit_small_patch16_224", 8); }), HasSubstr("Take 16 px"));
  EXPECT_NO_THROW(check_crop_fits("efficientnet_b0", 8));
}

// PyTorch: interpolate(torch.tensor([[[[0., 1, 4, 9, 16, 25]]]]), (1, n), mode="bicubic", antialias=True).
TEST(TimmNetworks, PositionsAreResampledAsPyTorchDoes) {
  const std::vector<float> squares = {0, 1, 4, 9, 16, 25};
  const auto resampled = [&](int to) {
    const auto matrix = resampling_matrix(6, to);
    std::vector<double> values(static_cast<std::size_t>(to));
    for (std::size_t i = 0; i < values.size(); ++i)
      for (std::size_t j = 0; j < 6; ++j) values[i] += double(matrix[i * 6 + j]) * squares[j];
    return values;
  };
  using testing::DoubleNear;
  using testing::ElementsAre;
  const double exact = 1e-5;
  EXPECT_THAT(resampled(6), testing::Pointwise(DoubleNear(exact), squares));
  EXPECT_THAT(resampled(3), ElementsAre(DoubleNear(0.4100419, exact), DoubleNear(6.5305343, exact),
                                        DoubleNear(19.9707108, exact)));
  EXPECT_THAT(resampled(8)[3], DoubleNear(4.515625, exact));
}

}  // namespace
}  // namespace cytoscale::network
