#include <gtest/gtest.h>

#include "core/error.hpp"
#include "screen/column_roles.hpp"

namespace cytoscale::screen {
namespace {

const Table metadata{{"Metadata_Plate", "Metadata_Compound", "Metadata_Concentration"},
                     {{"Week1_22", "taxol", "0.3"}, {"Week2_7", "DMSO", "0"}}};

TEST(Columns, LabelsJoinTheTreatmentsColumns) {
  EXPECT_EQ(treatment_labels(metadata, {}, "t").texts(), (std::vector<std::string>{"taxol_0.3", "DMSO_0"}));
  ColumnRoles roles;
  roles.treatment = {"Metadata_Gene"};
  EXPECT_THROW(treatment_labels(metadata, roles, "t"), Error);
}

TEST(Columns, BatchFromThePlatesName) {
  ColumnRoles roles;
  roles.batch_from_plate = "^[^_]+";
  EXPECT_EQ(batch_labels(metadata, roles, "t").texts(), (std::vector<std::string>{"Week1", "Week2"}));
  roles.batch_from_plate = "^Week1";
  EXPECT_THROW(batch_labels(metadata, roles, "t"), Error);
  for (const std::string& bad : {std::string("("), std::string(100'000, '(')}) {
    roles.batch_from_plate = bad;
    EXPECT_THROW(roles.validate(), Error);
  }
  roles.batch_from_plate = "^[^_]+";
  const Table long_name{{"Metadata_Plate"}, {{std::string(1'000'000, 'x')}}};
  EXPECT_THROW(batch_labels(long_name, roles, "t"), Error);
}

TEST(Columns, ControlsAreFoundOrMissed) {
  ColumnRoles roles;
  roles.control = "Metadata_Compound=DMSO";
  EXPECT_EQ(control_mask(metadata, roles, "t"), (std::vector<char>{0, 1}));
  roles.control = "Metadata_Compound=water";
  EXPECT_THROW(control_mask(metadata, roles, "t"), Error);
  EXPECT_EQ(control_mask(metadata, roles, "t", false), (std::vector<char>{0, 0}));
  roles.control = "DMSO";
  EXPECT_THROW(roles.validate(), Error);
}

TEST(Columns, SelectorsOfBothSignsMeanTheSameEverywhere) {
  EXPECT_EQ(rows_where(metadata, "Metadata_Compound=DMSO", "t"), (std::vector<char>{0, 1}));
  EXPECT_EQ(rows_where(metadata, "Metadata_Compound!=DMSO", "t"), (std::vector<char>{1, 0}));
  EXPECT_EQ(rows_where(metadata, "Metadata_Compound!=DMSO, Metadata_Plate=Week2_7", "t"),
            (std::vector<char>{0, 0}));
  EXPECT_EQ(rows_where(metadata, "", "t"), (std::vector<char>{1, 1}));
  EXPECT_EQ(parse_selector("a=b!=c", "t").value, "b!=c");
  ColumnRoles roles;
  roles.control = "Metadata_Compound!=taxol";
  EXPECT_EQ(control_mask(metadata, roles, "t"), (std::vector<char>{0, 1}));
  for (const char* wrong : {"=DMSO", "!=DMSO", "DMSO", "Metadata_Compound!DMSO"})
    EXPECT_THROW(parse_selector(wrong, "t"), Error) << wrong;
  EXPECT_THROW(rows_where(metadata, "Metadata_Gene=x", "t"), Error);
}

}  // namespace
}  // namespace cytoscale::screen
