#include <gmock/gmock.h>

#include "core/system/files.hpp"
#include "profile/feature_selection.hpp"
#include "profile/input/feature_columns.hpp"
#include "profile/normalize.hpp"
#include "test_support.hpp"

namespace cytoscale::profile {
namespace {
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ProfileTable read(const std::string& name, const std::string& text, double missing_cut = 0) {
  const auto path = fresh_folder("usable_rows") / (name + ".csv");
  write_file_atomically(path, text);
  return read_profiles(path, missing_cut);
}

TEST(FeatureColumns, CellProfilersNamesTellFeatures) {
  for (const char* name : {"Metadata_Plate",
                           "Image_Count_Cells",
                           "Count_Nuclei",
                           "ImageNumber",
                           "ObjectNumber",
                           "Nuclei_Number_Object_Number",
                           "Cells_Location_Center_X",
                           "Location_Center_Y",
                           "Nuclei_Location_CenterMassIntensity_X_DNA",
                           "Cells_AreaShape_Center_X",
                           "AreaShape_Center_Y",
                           "Nuclei_AreaShape_BoundingBoxMaximum_X",
                           "Cells_Children_Nuclei_Count",
                           "Nuclei_Neighbors_FirstClosestObjectNumber_1",
                           "FileName_DNA",
                           "PathName_DNA",
                           "URL_DNA",
                           "Height_DNA",
                           "Unnamed: 0",
                           "",
                           "ExecutionTime_01LoadData",
                           "Cells_ObjectNumber",
                           "Nuclei_ImageNumber"})
    EXPECT_FALSE(is_feature_name(name)) << name;
  for (const char* name :
       {"Cells_AreaShape_Area", "Cytoplasm_Location_MaxIntensity_X_RNA", "Cells_Parent_Nuclei",
        "Nuclei_Neighbors_NumberOfNeighbors_1", "Nuclei_Intensity_MeanIntensity_DNA", "conv4a_0",
        "Cells_RadialDistribution_FracAtD_RNA_1of4", "u", "AreaShape_Compactness"})
    EXPECT_TRUE(is_feature_name(name)) << name;
}

TEST(UsableRows, AnEmptyWellLeavesAndFeaturesStay) {
  const auto table = read("empty", "Metadata_Plate,Metadata_Well,a,b\nP,A01,1,2\nP,A02,nan,\nP,A03,3,4\n");
  EXPECT_THAT(table.features, ElementsAre("a", "b"));
  EXPECT_EQ(table.size(), 2u);
  EXPECT_EQ(table.values(1, 1), 4);
  EXPECT_THAT(table.notes,
              ElementsAre(AllOf(HasSubstr("1 row is left out (P A02)"), HasSubstr("no values"))));
}

TEST(UsableRows, AFeatureMayBeMissingInSomeWells) {
  const std::string text =
      "Metadata_Plate,Metadata_Well,a,b,c\nP,A01,1,2,\nP,A02,nan,1,\nP,A03,3,4,1\nP,A04,5,6,2\n";
  const auto strict = read("strict", text);
  EXPECT_THAT(strict.features, ElementsAre("b"));
  EXPECT_EQ(strict.size(), 4u);
  const auto some = read("some", text, 0.25);
  EXPECT_THAT(some.features, ElementsAre("a", "b"));
  EXPECT_EQ(some.size(), 3u);
  EXPECT_THAT(some.dropped, ElementsAre(HasSubstr("c (not finite in 2 of 4 rows)")));
  EXPECT_THAT(some.notes, ElementsAre(HasSubstr("P A02")));
}

TEST(UsableRows, CopiesLeaveAndWhatLooksLikeOneIsNoted) {
  const auto copies = read("copies", "Metadata_Plate,Metadata_Well,a\nP,A01,1\nP,A02,2\nP,A01,1\nP,A02,2\n");
  EXPECT_EQ(copies.size(), 2u);
  EXPECT_THAT(copies.notes, ElementsAre(AllOf(HasSubstr("2 rows are left out"), HasSubstr("copies"))));
  const auto again = read("again", "Metadata_Plate,Metadata_Well,a\nP,A01,1\nP,A01,2\n");
  EXPECT_EQ(again.size(), 2u);
  EXPECT_THAT(again.notes, ElementsAre(HasSubstr("1 wells have more than one row (P A01)")));
  const auto renamed = read("renamed", "Metadata_Plate,Metadata_Well,a\nP,A01,1.5\nQ,A01,1.5\n");
  EXPECT_EQ(renamed.size(), 2u);
  EXPECT_THAT(renamed.notes, ElementsAre(HasSubstr("Q A01 as P A01")));
  EXPECT_THAT(read("clean", "Metadata_Plate,Metadata_Well,a\nP,A01,1\nP,A02,2\n").notes, IsEmpty());
}

TEST(UsableRows, ColumnsThatAreNoFeaturesAreMetadataAndNoted) {
  const auto table =
      read("names",
           "Metadata_Plate,Metadata_Well,Image_Count_Cells,Cells_Location_Center_X,Cells_AreaShape_Area\n"
           "P,A01,10,5,1\nP,A02,11,6,2\n");
  EXPECT_THAT(table.features, ElementsAre("Cells_AreaShape_Area"));
  EXPECT_THAT(table.notes, ElementsAre(HasSubstr("2 columns are no features by their names")));
}

TEST(OutlierCut, AFeatureNearlyConstantInTheControlsLeaves) {
  ProfileTable table;
  table.features = {"fine", "tiny"};
  table.values.resize(6, 2);
  table.values << 0, 1, 1, 1 + 1e-9, 2, 1 - 1e-9, 3, 1 + 2e-9, 9, 5, -4, 2;
  table.metadata.add_column("Metadata_Well", TextColumn(6, "A01"));
  const WellRoles roles{{1, 1, 1, 1, 0, 0}, {}, {}};
  for (const auto method : {Normalization::mad_robustize, Normalization::standardize}) {
    NormalizeOptions options;
    options.method = method;
    const auto cut = normalize(table, roles, options, "t");
    EXPECT_THAT(cut.features, ElementsAre("fine"));
    EXPECT_THAT(cut.dropped, ElementsAre(AllOf(HasSubstr("tiny"), HasSubstr("--outlier-cut is 500"))));
    options.selection.outlier_cut = 0;
    EXPECT_THAT(normalize(table, roles, options, "t").features, ElementsAre("fine", "tiny"));
  }
  FeatureSelection wrong;
  wrong.outlier_cut = -1;
  EXPECT_THAT(message_of([&] { wrong.validate(); }), HasSubstr("--outlier-cut"));
}

}  // namespace
}  // namespace cytoscale::profile
