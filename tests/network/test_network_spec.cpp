#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "network/spec/network_spec.hpp"
#include "test_support.hpp"

namespace cytoscale::network {
namespace {

// Oracle: Caicedo et al. 2018, Fig. 7 and method.md §3.
TEST(NetworkSpec, LayersOfResnet18) {
  const auto layers = layers_of({"resnet18", 3, 0});
  const std::vector<std::pair<std::string, int>> expected = {
      {"conv1", 64},   {"conv2a", 64},  {"conv2b", 64},  {"conv3a", 128}, {"conv3b", 128},
      {"conv4a", 256}, {"conv4b", 256}, {"conv5a", 512}, {"conv5b", 512}, {"pool5", 512}};
  ASSERT_EQ(layers.size(), expected.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    EXPECT_EQ(layers[i].name, expected[i].first);
    EXPECT_EQ(layers[i].dims, expected[i].second);
  }
}

std::vector<std::string> names_of(const std::vector<LayerInfo>& layers) {
  std::vector<std::string> names;
  for (const auto& layer : layers) names.push_back(layer.name);
  return names;
}

// Oracle: the tables of He et al. 2016 and of Simonyan & Zisserman 2015.
TEST(NetworkSpec, LayersOfDeeperNetworks) {
  const auto resnet50 = layers_of({"resnet50", 3, 0}), resnet101 = layers_of({"resnet101", 3, 0});
  ASSERT_EQ(resnet50.size(), 1u + 16u + 1u);
  EXPECT_EQ(resnet50[1].dims, 256);
  EXPECT_EQ(resnet50[8].name, "conv4a");
  EXPECT_EQ(resnet50[8].dims, 1024);
  ASSERT_EQ(resnet101.size(), 1u + 33u + 1u);
  EXPECT_EQ(resnet101[30].name, "conv4w");
  EXPECT_EQ(resnet101.back().dims, 2048);
  for (const std::string name : {"vgg16", "vgg16_bn"}) {
    const auto vgg = layers_of({name, 3, 0});
    EXPECT_EQ(names_of(vgg), (std::vector<std::string>{"conv1a", "conv1b", "conv2a", "conv2b", "conv3a",
                                                       "conv3b", "conv3c", "conv4a", "conv4b", "conv4c",
                                                       "conv5a", "conv5b", "conv5c", "pool5", "fc6", "fc7"}));
    EXPECT_EQ(vgg[4].dims, 256);
    EXPECT_EQ(vgg[12].dims, 512);
    EXPECT_EQ(vgg.back().dims, 4096);
  }
}

// Oracle: Kraus et al. 2016 §4.2; Sailem et al. 2017 §2.3, Fig. 2.
TEST(NetworkSpec, LayersOfNetworksOverFields) {
  const auto mil = layers_of({"mil_cnn", 3, 12});
  EXPECT_EQ(names_of(mil), (std::vector<std::string>{"conv1", "conv2", "conv3", "conv4", "conv5", "conv6"}));
  EXPECT_EQ(mil.back().dims, 1000);
  EXPECT_EQ(layers_of({"wscnn4", 1, 2}).back().dims, 100);
  EXPECT_EQ(layers_of({"wscnn6", 1, 2}).size(), 5u);
  EXPECT_TRUE(is_field_network("mil_cnn") && !is_field_network("resnet18") && !is_field_network("x"));
  // A single cell of either of the paper's sizes is one instance.
  EXPECT_EQ(map_side("mil_cnn", 64), 1);
  EXPECT_EQ(map_side("mil_cnn", 96), 1);
  EXPECT_EQ(map_side("mil_cnn", 900), 17);
  EXPECT_EQ(map_side("wscnn4", 210), 21);
  EXPECT_EQ(map_side("wscnn4", 280), 30);
  EXPECT_EQ(map_side("wscnn4", 20), 0);
  EXPECT_EQ(map_side("mil_cnn", 45), 1);
  EXPECT_EQ(map_side("mil_cnn", 44), 0);
}

TEST(NetworkSpec, PoolsAreOfTheirNetworks) {
  const NetworkSpec mil{"mil_cnn", 3, 12}, other{"mil_cnn", 3, 12, {Pool::lse}};
  EXPECT_EQ(resolved_pooling(mil).kind, Pool::noisy_and);
  EXPECT_EQ(resolved_pooling(mil).sharpness, 10);
  EXPECT_EQ(resolved_pooling(other).sharpness, 2.5);
  EXPECT_EQ(resolved_pooling({"wscnn4", 1, 2}).kind, Pool::max);
  EXPECT_NO_THROW((NetworkSpec{"wscnn4", 1, 2, {Pool::fc, 0, 210, 280}}).validate());
  for (const NetworkSpec& bad :
       {NetworkSpec{"resnet18", 3, 4, {Pool::max}}, NetworkSpec{"wscnn4", 1, 2, {Pool::noisy_and}},
        NetworkSpec{"mil_cnn", 1, 2, {Pool::max, -1}}, NetworkSpec{"wscnn4", 1, 2, {Pool::fc}}})
    EXPECT_THAT(message_of([&] { bad.validate(); }), testing::HasSubstr("option --pool"));
}

TEST(NetworkSpec, AllStandsForEveryLayer) {
  const NetworkSpec spec{"resnet18", 3, 0};
  EXPECT_EQ(names_of(select_layers(spec, {"all"})), names_of(layers_of(spec)));
  EXPECT_THROW(select_layers(spec, {"all", "conv4a"}), Error);
}

TEST(NetworkSpec, CropsThatWouldVanishAreRefused) {
  EXPECT_NO_THROW(check_crop_fits("vgg16", 32));
  EXPECT_THROW(check_crop_fits("vgg16", 31), Error);
  EXPECT_NO_THROW(check_crop_fits("resnet101", 8));
  EXPECT_NO_THROW(check_crop_fits("wscnn4", 46, 300));
  EXPECT_THROW(check_crop_fits("wscnn4", 300, 45), Error);
  EXPECT_THROW(check_crop_fits("resnet19", 64), Error);
}

TEST(NetworkSpec, FeatureNamesFollowTheLayersAsked) {
  const NetworkSpec spec{"resnet18", 5, 0};
  const auto names = feature_names_of(spec, select_layers(spec, {"pool5", "conv4a"}));
  ASSERT_EQ(names.size(), 512u + 256u);
  EXPECT_EQ(names[0], "resnet18_pool5_0");
  EXPECT_EQ(names[512], "resnet18_conv4a_0");
  EXPECT_EQ(names.back(), "resnet18_conv4a_255");
}

TEST(NetworkSpec, BadNamesAreRefusedWithThoseThereAre) {
  const NetworkSpec spec{"resnet18", 3, 0};
  for (const std::vector<std::string>& layers :
       std::vector<std::vector<std::string>>{{}, {"conv9z"}, {"conv4a", "conv4a"}}) {
    try {
      select_layers(spec, layers);
      FAIL() << "accepted";
    } catch (const Error& error) {
      EXPECT_FALSE(error.remedy().empty());
    }
  }
  EXPECT_THROW(layers_of({"resnet19", 3, 0}), Error);
  EXPECT_THROW(layers_of({"resnet18", 0, 0}), Error);
  EXPECT_THROW(layers_of({"resnet18", 3, -1}), Error);
}

}  // namespace
}  // namespace cytoscale::network
