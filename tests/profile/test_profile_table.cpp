#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "profile/profile_table.hpp"
#include "test_support.hpp"

namespace cytoscale::profile {
namespace {

using Names = std::vector<std::string>;

std::filesystem::path csv(const std::string& name, const std::string& text) {
  const auto path = fresh_folder("profile_table") / (name + ".csv");
  write_file_atomically(path, text);
  return path;
}

// What an Error says, or "" where none is thrown.
std::string error_of(const std::filesystem::path& path) {
  return message_of([&] { read_profiles(path); });
}

TEST(ProfileCsv, TellsMetadataFromFeatures) {
  const auto table = read_profile_csv(
      csv("kinds",
          ",Metadata_Plate,Image_Metadata_Well,Metadata_Concentration,ImageNumber,Note,Cells_A,b\n"
          "0,P1,A01,0.5,1,fine,1.5,-2e-3\n1,P1,A02,1,2,7,.25,+4\n"));
  EXPECT_EQ(table.metadata.columns, (Names{"", "Metadata_Plate", "Image_Metadata_Well",
                                           "Metadata_Concentration", "ImageNumber", "Note"}));
  EXPECT_EQ(table.text_columns, Names{"Note"});
  EXPECT_EQ(table.features, (Names{"Cells_A", "b"}));
  EXPECT_EQ(table.values(0, 1), -2e-3);
  EXPECT_EQ(table.values(1, 0), 0.25);
  EXPECT_EQ(table.metadata.rows[1][3], "1");
}

TEST(ProfileCsv, DropsAndListsFeaturesThatAreNotFinite) {
  const auto table = read_profile_csv(csv(
      "missing", "Metadata_Well,ok,empty,nan,na,inf\nA01,1,,nan,NA,1\nA02,2,3,4,5,inf\nA03,3,,1,2,-Inf\n"));
  EXPECT_EQ(table.features, Names{"ok"});
  EXPECT_EQ(table.dropped, (Names{"empty (not finite in 2 of 3 rows)", "nan (not finite in 1 of 3 rows)",
                                  "na (not finite in 1 of 3 rows)", "inf (not finite in 2 of 3 rows)"}));
}

TEST(ProfileCsv, BadFilesSayWhatIsWrong) {
  EXPECT_NE(error_of(csv("none", "Metadata_Well,note\nA01,a\n")).find("no usable feature"),
            std::string::npos);
  EXPECT_NE(error_of(csv("allbad", "Metadata_Well,x\nA01,nan\n")).find("x (not finite in 1 of 1 rows)"),
            std::string::npos);
  EXPECT_NE(error_of(csv("header", "Metadata_Well,x\n")).find("no rows"), std::string::npos);
  EXPECT_NE(error_of(csv("short", "Metadata_Well,x\nA01\n")).find("short.csv:2"), std::string::npos);
  EXPECT_NE(error_of(csv("void", "")).find("empty"), std::string::npos);
  EXPECT_NE(error_of("nowhere/wells.csv").find("nowhere/wells.csv"), std::string::npos);
  EXPECT_NE(error_of("nowhere/wells.h5ad").find("nowhere/wells.h5ad"), std::string::npos);
}

ProfileTable sample() {
  ProfileTable table;
  table.metadata = {{"Metadata_Plate", "Metadata_Well", "Metadata_Compound", "Metadata_CellCount"},
                    {{"P1", "A01", "a, \"b\"", "12"}, {"P1", "A02", "", "7"}}};
  table.features = {"resnet18_conv4a_0", "resnet18_conv4a_1", "resnet18_conv4a_2"};
  table.values.resize(2, 3);
  table.values << 0.1, 1.0 / 3, -1e-300, 12345678.9, 5e-324, 0;
  return table;
}

TEST(ProfileCsv, NumbersComeBackBitForBit) {
  const auto path = fresh_folder("profile_roundtrip") / "wells.csv";
  write_profile_csv(path, sample());
  const auto back = read_profiles(path);
  EXPECT_EQ(back.features, sample().features);
  EXPECT_EQ(back.metadata.rows, sample().metadata.rows);
  EXPECT_TRUE((back.values.array() == sample().values.array()).all());
}

TEST(ProfileAnnData, NumbersComeBackBitForBit) {
  const auto path = fresh_folder("profile_anndata") / "wells.h5ad";
  write_profile_anndata(path, sample(), {{"cytoscale", {{"job", "test"}}}});
  const auto back = read_profiles(path);
  EXPECT_EQ(back.features, sample().features);
  EXPECT_EQ(back.metadata.columns, sample().metadata.columns);
  EXPECT_EQ(back.metadata.rows, sample().metadata.rows);
  EXPECT_TRUE((back.values.array() == sample().values.array()).all());
}

TEST(ProfileAnnData, LayersComeBackAndStayWithTheirFeatures) {
  auto table = sample();
  table.layers = {"conv4a", "conv4a", "conv5b"};
  const auto path = fresh_folder("profile_layers") / "wells.h5ad";
  write_profile_anndata(path, table, nlohmann::json::object());
  auto back = read_profiles(path);
  EXPECT_EQ(back.layers, table.layers);
  keep_features(back, {1, 0, 1}, Names(3, "left out"), "test");
  EXPECT_EQ(back.layers, (Names{"conv4a", "conv5b"}));
  rename_features(back, "turned_");
  EXPECT_EQ(back.features, (Names{"turned_0", "turned_1"}));
  EXPECT_TRUE(back.layers.empty());
}

TEST(DroppedText, SaysEachReasonOnce) {
  EXPECT_EQ(dropped_text({}), "");
  EXPECT_EQ(dropped_text({"a (sd 0)", "b (sd 0)", "c (sd 0)", "d (sd 0)"}),
            "4 features dropped: a, b, c, …: sd 0");
  EXPECT_EQ(dropped_text({"a (sd 0)", "b (not finite)"}), "2 features dropped: 1 b: not finite; 1 a: sd 0");
}

TEST(ProfileAnnData, NotAnAnnDataIsAnError) {
  const auto path = fresh_folder("profile_broken") / "wells.h5ad";
  write_file_atomically(path, "not HDF5");
  EXPECT_NE(error_of(path).find("wells.h5ad"), std::string::npos);
}

}  // namespace
}  // namespace cytoscale::profile
