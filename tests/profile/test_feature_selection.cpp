// Feature selection against pycytominer 1.2.4 (feature_select); golden.py beside this file repeats it.
#include <gtest/gtest.h>

#include "profile/normalize.hpp"
#include "table_support.hpp"

namespace cytoscale::profile {
namespace {

using Names = std::vector<std::string>;

ProfileTable mixture() {
  ProfileTable table;
  table.values.resize(40, 8);
  for (int i = 0; i < 40; ++i) {
    const double a = std::sin(1.3 * i), b = std::cos(0.7 * i * i);
    table.values.row(i) << a, b, a + 0.1 * b, i < 39 ? 3 : 4, i % 2, -a + 0.2 * b, 0.3 * a + b,
        std::sin(2.1 * i);
    table.metadata.rows.push_back({});
  }
  for (int j = 0; j < 8; ++j) table.features.push_back("f" + std::to_string(j));
  table.layers = {"a", "a", "a", "a", "b", "b", "b", "b"};
  return table;
}

ProfileTable selected(bool variance, bool correlation) {
  NormalizeOptions options;
  options.selection.variance = variance;
  options.selection.correlation = correlation;
  options.selection.unique_cut = 0.06;
  return normalize(mixture(), {}, options, "test");
}

TEST(FeatureSelection, AgreesWithPycytominer) {
  EXPECT_EQ(selected(true, false).features, (Names{"f0", "f1", "f2", "f5", "f6", "f7"}));
  EXPECT_EQ(selected(false, true).features, (Names{"f2", "f3", "f4", "f5", "f6", "f7"}));
  const auto both = selected(true, true);
  EXPECT_EQ(both.features, (Names{"f2", "f5", "f6", "f7"}));
  EXPECT_EQ(both.layers, (Names{"a", "b", "b", "b"}));
  auto table = mixture();
  keep_features(table, {1, 1, 1, 0, 1, 1, 1, 1}, Names(8, "left out"), "test");
  correlation_threshold(table, 0.2, "test");
  EXPECT_EQ(table.features, (Names{"f2", "f4", "f6", "f7"}));
}

TEST(FeatureSelection, ReasonsAreListed) {
  const auto dropped = selected(true, true).dropped;
  ASSERT_EQ(dropped.size(), 4u);
  EXPECT_EQ(dropped[0], "f3 (variance: frequency ratio 0.02564102564102564 is below 0.05)");
  EXPECT_EQ(dropped[1], "f4 (variance: 2 distinct values in 40 rows)");
  EXPECT_NE(dropped[2].find("f0 (correlation 0.99"), std::string::npos) << dropped[2];
}

TEST(FeatureSelection, BadInputIsNamed) {
  FeatureSelection selection;
  EXPECT_NE(message_of([&] {
              choose_feature_selection(selection, {"variance", "none"});
            }).find("--select-features"),
            std::string::npos);
  choose_feature_selection(selection, {"correlation"});
  EXPECT_EQ(feature_selection_names(selection), Names{"correlation"});
  selection.correlation_cut = 1.5;
  EXPECT_NE(message_of([&] { selection.validate(); }).find("--correlation-cut"), std::string::npos);
}

}  // namespace
}  // namespace cytoscale::profile
