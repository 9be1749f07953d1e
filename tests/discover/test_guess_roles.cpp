// Columns that are known by their names, and the config that is made of them.
#include <gmock/gmock.h>

#include "discover/config_text.hpp"

namespace cytoscale::discover {
namespace {
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Two plates, each with half of the wells, with these columns; rows: values of each field, one in each well.
screen::Screen screen_with(const std::vector<std::string>& columns,
                           const std::vector<std::vector<std::string>>& rows) {
  screen::Screen screen;
  screen.channels = {"w1", "Hoechst 33342"};
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  screen.metadata_columns.insert(screen.metadata_columns.end(), columns.begin(), columns.end());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto half = rows.size() / 2;
    screen::Field field{i < half ? "P1" : "P2", "A0" + std::to_string(1 + i % half), "1", {}, {}};
    field.metadata = {field.plate, field.well, field.site};
    field.metadata.insert(field.metadata.end(), rows[i].begin(), rows[i].end());
    screen.fields.push_back(field);
  }
  return screen;
}

TEST(GuessRoles, ColumnsOfTheBroad) {
  const auto roles =
      guess_roles(screen_with({"Metadata_broad_sample", "Metadata_pert_iname", "Metadata_mmoles_per_liter",
                               "Metadata_moa", "Metadata_control_type"},
                              {{"B1", "taxol", "1", "x", "NA"},
                               {"DMSO", "DMSO", "", "", "negcon"},
                               {"DMSO", "DMSO", "", "", "negcon"},
                               {"B1", "taxol", "2", "x", "NA"},
                               {"DMSO", "DMSO", "", "", "negcon"},
                               {"DMSO", "DMSO", "", "", "negcon"}}));
  EXPECT_THAT(roles.treatment, ElementsAre("Metadata_pert_iname", "Metadata_mmoles_per_liter"));
  EXPECT_EQ(roles.compound, "Metadata_pert_iname");
  EXPECT_EQ(roles.class_column, "Metadata_moa");
  EXPECT_EQ(roles.control, "Metadata_control_type=negcon");
  EXPECT_EQ(roles.treatments, 3u);
  EXPECT_EQ(roles.single_wells, 2u);  // each dose of taxol
  EXPECT_EQ(roles.dna_channel, "Hoechst 33342");
  EXPECT_THAT(roles.plates_without_control, IsEmpty());
}

// P1 has one control well, P2 none: neither can be normalized.
TEST(GuessRoles, AControlIsToldByItsNameAndMayLackOnAPlate) {
  const auto roles =
      guess_roles(screen_with({"Metadata_Gene", "Metadata_Batch"},
                              {{"TP53", "b1"}, {"Non-targeting", "b1"}, {"TP53", "b2"}, {"MYC", "b2"}}));
  EXPECT_EQ(roles.control, "Metadata_Gene=Non-targeting");
  EXPECT_EQ(roles.batch, "Metadata_Batch");
  EXPECT_THAT(roles.plates_without_control, ElementsAre("P1", "P2"));
  ConfigContent content;
  content.root = "/data";
  content.channels = {"w1"};
  content.roles = roles;
  EXPECT_THAT(config_text(content),
              AllOf(HasSubstr("reduce-normalize = none"), HasSubstr("single-wells = train")));
}

TEST(GuessRoles, BlankColumnsAreNone) {
  const auto roles = guess_roles(screen_with({"Metadata_Compound", "Metadata_MOA"}, {{"", "NA"}, {"", ""}}));
  EXPECT_EQ(roles.compound, "");
  EXPECT_EQ(roles.class_column, "");
  ConfigContent content;
  content.root = "/data";
  content.channels = {"w1", "w2"};
  content.roles = roles;
  content.assumed = {std::string(300, 'x') + " y"};
  const auto text = config_text(content);
  for (const char* line :
       {"\n# class = ", "\n# control = ", "\nmodel = untrained", "\ntreatment = Metadata_Plate,Metadata_Well",
        "\nchannels = w1,w2\n", "\nimage-root = /data\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_THAT(text, Not(HasSubstr("\nclass")));
}

TEST(ConfigText, PathsThatItCannotHold) {
  EXPECT_TRUE(fits_config("/data/BR 1__Measurement 1"));
  for (const char* path : {"/data/P#1", "/data/a,b", "/data/\"a\"", "/data/${HOME}", "/data/a "})
    EXPECT_FALSE(fits_config(path)) << path;
}

}  // namespace
}  // namespace cytoscale::discover
