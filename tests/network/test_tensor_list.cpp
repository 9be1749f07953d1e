#include "network/spec/tensor_list.hpp"

#include <gtest/gtest.h>

#include "network/spec/architectures.hpp"
#include "network/spec/forward_plan.hpp"
#include "network/torch/network_torch.hpp"

namespace cytoscale::network {
namespace {

// Of each architecture, with each pool and without classes.
std::vector<NetworkSpec> specifications() {
  std::vector<NetworkSpec> all;
  for (const auto& name : known_architectures()) {
    all.push_back({name, 5, 0});
    auto pools = pools_of(name);
    if (pools.empty()) all.push_back({name, 2, 7});
    for (const auto pool : pools) all.push_back({name, 3, 4, {pool, 0, 400, 300}});
  }
  return all;
}

TEST(TensorList, IsThatOfTheNetworkThatLibTorchBuilds) {
  for (const auto& spec : specifications()) {
    std::map<std::string, std::pair<std::vector<std::int64_t>, bool>> listed, built;
    for (const auto& tensor : tensors_of(spec))
      listed[tensor.name] = {tensor.shape, tensor.role != TensorInfo::Role::counter};
    for (const auto& [name, tensor] : make_network(spec)->named_tensors())
      built[name] = {tensor.sizes().vec(), tensor.is_floating_point()};
    EXPECT_EQ(listed, built) << spec.architecture << " " << spec.classes;
  }
}

TEST(ForwardPlan, EachOperationTakesWhatIsThere) {
  for (const auto& name : known_architectures()) {
    if (is_field_network(name)) continue;
    const auto plan = plan_forward({name, 3, 0});
    int number = 0;
    for (const auto& operation : plan.operations) {
      ASSERT_LT(operation.source, number) << name;
      ASSERT_LT(operation.added, number) << name;
      const auto channels = [&](int of) {
        return of < 0 ? 3 : plan.operations[static_cast<std::size_t>(of)].to;
      };
      EXPECT_EQ(operation.from, channels(operation.source)) << name << " " << number;
      if (operation.added >= 0) {
        EXPECT_EQ(operation.to, channels(operation.added)) << name << " " << number;
      }
      ++number;
    }
    EXPECT_EQ(plan.layers.back().layer, name.starts_with("vit")   ? "cls"
                                        : name.starts_with("vgg") ? "fc7"
                                                                  : "pool5");
    EXPECT_EQ(plan.layers.back().operation, number - 1);
    EXPECT_FALSE(plan.classifier.empty());
  }
  EXPECT_TRUE(plan_forward({"mil_cnn", 3, 0}).operations.empty());
}

}  // namespace
}  // namespace cytoscale::network
