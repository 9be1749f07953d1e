// On the screen's own image.csv and moa.csv. Oracle: pandas on the same files (13,200 fields, 55 plates,
// 3,300 wells; 632 wells with a known MOA once the six taxol control wells of every plate are set apart).
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "screen/column_roles.hpp"
#include "screen/manifest.hpp"
#include "test_support.hpp"

namespace cytoscale::screen {
namespace {

TEST(Bbbc021, ReadsTheScreenAndSetsThePositiveControlsApart) {
  const auto data = test_data();
  if (!data) GTEST_SKIP() << no_data_reason;
  ManifestOptions options;
  options.manifest = *data / "bbbc021" / "BBBC021_v1_image.csv";
  options.moa = *data / "bbbc021" / "BBBC021_v1_moa.csv";
  const auto screen = read_manifest(options);
  EXPECT_EQ(screen.fields.size(), 13200u);
  EXPECT_EQ(screen.channels, (std::vector<std::string>{"DAPI", "Tubulin", "Actin"}));
  EXPECT_EQ(plates_of(screen).size(), 55u);
  const auto wells = wells_of(screen);
  EXPECT_EQ(wells.size(), 3300u);
  const auto moa = screen.column("Metadata_MOA"), control = screen.column("Metadata_Control");
  std::map<std::string, int> kinds;
  std::set<std::string> treatments, classes;
  const auto metadata = metadata_table(screen);
  ColumnRoles roles;
  const auto labels = treatment_labels(metadata, roles, "image.csv");
  for (const auto& well : wells) {
    const auto& row = screen.fields[well.first_field].metadata;
    ++kinds[row[control]];
    if (row[control] != "trt" || row[moa].empty()) continue;
    treatments.insert(labels[well.first_field]);
    classes.insert(row[moa]);
  }
  EXPECT_EQ(kinds["negcon"], 330);
  EXPECT_EQ(kinds["poscon"], 330);
  EXPECT_EQ(treatments.size(), 103u);
  EXPECT_EQ(classes.size(), 12u);
  roles.batch_from_plate = "^[^_]+";
  const auto batches = batch_labels(metadata, roles, "image.csv");
  EXPECT_EQ(std::set<std::string>(batches.begin(), batches.end()).size(), 10u);
}

}  // namespace
}  // namespace cytoscale::screen
