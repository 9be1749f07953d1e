#include <gtest/gtest.h>

#include "core/error.hpp"
#include "network/network_spec.hpp"

namespace cytoscale {
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
}  // namespace cytoscale
