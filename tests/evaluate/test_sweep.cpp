// Layers evaluated one by one: the same figures as each layer alone.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "evaluate/sweep.hpp"
#include "report/evaluation_text.hpp"
#include "report/sweep_figure.hpp"
#include "report/sweep_files.hpp"

namespace cytoscale::evaluate {
namespace {

// Layer good tells the classes apart, layer bad the compounds' dates of purchase.
profile::ProfileTable two_layers() {
  profile::ProfileTable table;
  table.metadata.columns = {"Metadata_Plate",   "Metadata_Compound", "Metadata_Concentration",
                            "Metadata_Control", "Metadata_MOA",      "Metadata_Batch"};
  table.features = {"net_good_0", "net_good_1", "net_bad_0", "net_bad_1"};
  std::vector<std::array<double, 4>> rows;
  for (int batch = 0; batch < 2; ++batch) {
    const auto name = std::to_string(batch);
    for (const double jitter : {-0.1, 0.0, 0.1}) {
      table.metadata.rows.push_back({"P" + name, "DMSO", "0", "negcon", "", name});
      rows.push_back({jitter, jitter * jitter, -jitter, jitter * jitter});
    }
    for (int compound = 0; compound < 4; ++compound) {
      const int moa = compound / 2;
      table.metadata.rows.push_back(
          {"P" + name, "c" + std::to_string(compound) + name, "1", "trt", "m" + std::to_string(moa), name});
      const double shift = 0.01 * (compound + batch);
      rows.push_back({1.0 - moa + shift, moa + shift, compound % 2 + shift, 1.0 - compound % 2});
    }
  }
  table.values.resize(static_cast<Eigen::Index>(rows.size()), 4);
  for (std::size_t i = 0; i < rows.size(); ++i)
    table.values.row(static_cast<Eigen::Index>(i)) << rows[i][0], rows[i][1], rows[i][2], rows[i][3];
  return table;
}

EvaluateOptions options() {
  EvaluateOptions made;
  made.bootstrap.resamples = 200;
  made.normalize.lambda = 0.1;
  return made;
}

TEST(Sweep, EachLayerAsIfAlone) {
  const auto entries =
      sweep_layers(two_layers(), "net", {profile::Normalization::none, profile::Normalization::tvn},
                   options(), "wells.h5ad");
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[1].layer, "net_good");
  EXPECT_EQ(entries[1].normalization, "tvn");
  EXPECT_EQ(entries[2].layer, "net_bad");
  EXPECT_EQ(entries[0].evaluation.rule(MatchRule::nsc)->score.fraction(), 1);
  EXPECT_LT(entries[2].evaluation.rule(MatchRule::nsc)->score.fraction(), 0.6);
  auto alone = two_layers();
  profile::keep_features(alone, {1, 1, 0, 0}, std::vector<std::string>(4), "test");
  auto tvn = options();
  tvn.normalize.method = profile::Normalization::tvn;
  const auto expected = evaluate_profiles(alone, tvn, "wells.h5ad");
  EXPECT_EQ(entries[1].evaluation.frobenius_norm, expected.frobenius_norm);
  EXPECT_EQ(entries[1].evaluation.features, 2u);
}

TEST(Sweep, LayersOfTheFileWinOverNames) {
  auto table = two_layers();
  table.layers = {"conv4a", "conv4a", "conv5b", "conv5b"};
  const auto entries = sweep_layers(table, "net", {profile::Normalization::none}, options(), "wells.h5ad");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].layer, "conv5b");
}

TEST(Sweep, NormalizedProfilesAreRefused) {
  auto table = two_layers();
  profile::rename_features(table, "tvn_");
  try {
    layers_of_features(table, "profiles.h5ad");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--sweep-profiles"), std::string::npos);
  }
  table.features = {"Cells_AreaShape_Area", "b", "c", "d"};
  EXPECT_THROW(layers_of_features(table, "cellprofiler.csv"), Error);
}

TEST(Sweep, TableJsonTextAndFigure) {
  const auto entries =
      sweep_layers(two_layers(), "a & b", {profile::Normalization::none, profile::Normalization::tvn},
                   options(), "wells.h5ad");
  const auto table = report::sweep_table(entries);
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(table.rows[0][table.column("nsc_correct")], "8");
  EXPECT_EQ(table.rows[0][table.column("nsc_accuracy")], "1");
  EXPECT_EQ(table.rows[0][table.column("nsc_low")], "1");
  const auto json = report::sweep_json(entries);
  EXPECT_EQ(json[0]["nsc"]["accuracy"], 1);
  EXPECT_EQ(json[0]["nsc"]["ci95"], (std::vector<double>{1, 1}));
  EXPECT_EQ(json[3]["normalize"], "tvn");
  EXPECT_NE(report::sweep_text(entries).find("8/8 (100.0 %) [100.0, 100.0]"), std::string::npos);
  const auto svg = report::sweep_svg(entries);
  EXPECT_NE(svg.find("a &amp; b, tvn"), std::string::npos);
  EXPECT_NE(svg.find("net_good</text>"), std::string::npos);
  EXPECT_EQ(svg, report::sweep_svg(entries));
}

}  // namespace
}  // namespace cytoscale::evaluate
