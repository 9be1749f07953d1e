// Manifests, plate maps and paths as people have them.
#include <gmock/gmock.h>

#include "core/system/files.hpp"
#include "screen/column_roles.hpp"
#include "screen/field_index.hpp"
#include "screen/input/image_paths.hpp"
#include "screen/input/tidy_metadata.hpp"
#include "screen/manifest.hpp"
#include "test_support.hpp"

namespace cytoscale::screen {
namespace {
namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ManifestOptions given(const std::string& name, const std::string& text) {
  ManifestOptions options;
  options.manifest = fresh_folder(name) / "screen.csv";
  write_file_atomically(options.manifest, text);
  return options;
}

TEST(Inputs, PathsOfOtherMachinesBecomeLocal) {
  EXPECT_EQ(local_path("images\\a\\b.tif", {}), "images/a/b.tif");
  EXPECT_EQ(local_path("file:///data/My%20screen/a.tif", {}), "/data/My screen/a.tif");
  EXPECT_EQ(local_path("file:/data/a.tif", {}), "/data/a.tif");
  EXPECT_EQ(local_path("file:///D:/data/a.tif", {}), "D:/data/a.tif");
  EXPECT_EQ(local_path("file://localhost/data/a.tif", {}), "/data/a.tif");
  EXPECT_EQ(local_path("100%.tif", {}), "100%.tif");
  const auto maps = parse_path_map({"D:\\screens=/data/s/", "\\\\nas\\share=/mnt", "s3://gallery/x=gallery"});
  EXPECT_EQ(local_path("d:\\Screens\\p1\\a.tif", maps), "/data/s/p1/a.tif");
  EXPECT_EQ(local_path("D:/screens2/a.tif", maps), "D:/screens2/a.tif");
  EXPECT_EQ(local_path("\\\\nas\\share\\a.tif", maps), "/mnt/a.tif");
  EXPECT_EQ(local_path("file://nas/share/a.tif", maps), "/mnt/a.tif");
  EXPECT_EQ(local_path("s3://gallery/x/a.tif", maps), "gallery/a.tif");
  EXPECT_EQ(foreign_root("D:/a"), "D:");
  EXPECT_EQ(foreign_root("s3://bucket/a/b"), "s3://bucket");
  EXPECT_EQ(foreign_root("/a/b:c"), "");
  for (const char* wrong : {"D:/a", "=b", "a="})
    EXPECT_THAT(message_of([&] { parse_path_map({wrong}); }), HasSubstr("--path-map")) << wrong;
}

const std::string windows =
    "Metadata_Plate,Metadata_Well,Metadata_Site,FileName_DNA,PathName_DNA\n"
    "P,A01,1,a.tif,D:\\screens\\p1\\Images\\\nP,A02,1,b.tif,D:\\screens\\p2\\Images\\\n";

TEST(Inputs, ADriveIsNamedOnceAndMapped) {
  auto options = given("drive", windows);
  const auto report = inspect_manifest(options);
  EXPECT_FALSE(report.screen);
  EXPECT_THAT(report.problems,
              ElementsAre(AllOf(HasSubstr("2 paths"), HasSubstr("--path-map 'D:/screens=FOLDER'"))));
  options.path_map = {"D:/screens=/data"};
  EXPECT_EQ(read_manifest(options).fields[0].images[0].path, "/data/p1/Images/a.tif");
  options.path_map = {"D:/screens=here"};
  EXPECT_EQ(read_manifest(options).fields[1].images[0].path,
            options.manifest.parent_path() / "here/p2/Images/b.tif");
}

TEST(Inputs, UrlsOfTheGalleryAreFoldersAndNames) {
  auto options = given(
      "url", "Metadata_Plate,Metadata_Well,Metadata_Site,URL_OrigDNA\nP,A01,1,s3://bucket/x/Images/a.tif\n");
  EXPECT_THAT(inspect_manifest(options).problems, ElementsAre(HasSubstr("s3://bucket/x/Images=FOLDER")));
  options.path_map = {"s3://bucket=/data"};
  const auto screen = read_manifest(options);
  EXPECT_THAT(screen.channels, ElementsAre("DNA"));
  EXPECT_EQ(screen.fields[0].images[0].path, "/data/x/Images/a.tif");
}

TEST(Inputs, IlluminationFunctionsAreNoChannels) {
  auto options = given("illum",
                       "FileName_OrigDNA,PathName_OrigDNA,FileName_IllumDNA,PathName_IllumDNA,FileName_Gain,"
                       "Metadata_Plate,Metadata_Well,Metadata_Site\na.tif,x,i.npy,y,g.npy,P,A01,1\n");
  options.image_root = "/data";
  const auto screen = read_manifest(options);
  EXPECT_THAT(screen.channels, ElementsAre("DNA"));
  EXPECT_THAT(screen.notes, ElementsAre(HasSubstr("IllumDNA, Gain are illumination functions")));
  EXPECT_THAT(screen.illumination.at("P"), ElementsAre(ElementsAre("/data/y/i.npy")));
  // A channel of that name alone is one.
  EXPECT_THAT(read_manifest(given("illum2", "Metadata_Plate,Metadata_Well,FileName_IllumDNA\nP,A01,a.tif\n"))
                  .channels,
              ElementsAre("IllumDNA"));
}

TEST(Inputs, IlluminationFunctionsOfEachPlate) {
  auto options =
      given("illum3",
            "Metadata_Plate,Metadata_Well,Metadata_Site,FileName_DNA,FileName_ER,FileName_IllumDNA,"
            "PathName_IllumDNA,FileName_IllumER\n"
            "P,A01,1,a.tif,b.tif,i.npy,/f,\nP,A01,2,c.tif,d.tif,i.npy,/f,\n"
            "Q,A01,1,e.tif,f.tif,i.npy,/g,r.npy\nQ,A01,2,g.tif,h.tif,j.npy,/g,r.npy\n");
  options.image_root = "/data";
  auto screen = read_manifest(options);
  EXPECT_THAT(screen.illumination.at("P"), ElementsAre(ElementsAre("/f/i.npy"), ElementsAre()));
  EXPECT_THAT(screen.illumination.at("Q"),
              ElementsAre(ElementsAre("/g/i.npy", "/g/j.npy"), ElementsAre("/data/r.npy")));
  options.channels = {"ER"};
  screen = read_manifest(options);
  EXPECT_EQ(screen.illumination.count("P"), 0);
  EXPECT_THAT(screen.illumination.at("Q"), ElementsAre(ElementsAre("/data/r.npy")));
}

TEST(Inputs, MetadataInOneSpelling) {
  const auto screen = read_manifest(
      given("tidy",
            "Metadata_Plate;Metadata_Well;Metadata_Compound;Metadata_Dose;Metadata_mg/mL;FileName_DNA\n"
            "P;A1;DMSO ;0,10;1;a.tif\nP;B02; DMSO;1e-1;1;b.tif\nP;C03;DMSO;0.1;1;c.tif\n"));
  EXPECT_THAT(screen.metadata_columns, Contains("Metadata_mg_mL"));
  EXPECT_THAT(screen.values("Metadata_Compound"), testing::Each("DMSO"));
  EXPECT_EQ(screen.fields[0].well, "A01");
  EXPECT_THAT(screen.notes, Contains(HasSubstr("Metadata_mg/mL is called Metadata_mg_mL")));
  EXPECT_THAT(screen.notes, Contains(HasSubstr("wells are spelled")));
  EXPECT_THAT(inspect_manifest(given("slashes",
                                     "Metadata_Plate,Metadata_Well,Metadata_a/b,Metadata_a_b,FileName_D\n"
                                     "P,A1,1,2,a.tif\n"))
                  .problems,
              ElementsAre(HasSubstr("would have one name")));
}

TEST(Inputs, DosesOfSeveralSpellingsAreOne) {
  const auto screen = read_manifest(given("doses",
                                          "Metadata_Plate,Metadata_Well,Metadata_Compound,Metadata_Dose,"
                                          "FileName_DNA\nP,A01,a,0.10,a.tif\nP,A02,a,1e-1,b.tif\n"
                                          "P,A03,a,10.0,c.tif\n"));
  EXPECT_THAT(screen.values("Metadata_Dose"), ElementsAre("0.1", "0.1", "10.0"));
  EXPECT_THAT(screen.notes, ElementsAre(HasSubstr("0.1 (0.10, 1e-1)")));
  ColumnRoles roles;
  roles.treatment = {"Metadata_Compound", "Metadata_Dose"};
  EXPECT_THAT(treatment_labels(metadata_table(screen), roles, "t"), ElementsAre("a_0.1", "a_0.1", "a_10"));
}

TEST(Inputs, ACleanManifestHasNoNotes) {
  EXPECT_THAT(read_manifest(given("clean",
                                  "Metadata_Plate,Metadata_Well,Metadata_Compound,Metadata_Dose,FileName_DNA,"
                                  "FileName_RNA\nP,A1,a,0.5,a.tif,b.tif\nP,A10,b,1.0,c.tif,d.tif\n"))
                  .notes,
              IsEmpty());
}

TEST(Inputs, TwoChannelsOfOneImageAreFound) {
  const auto screen =
      read_manifest(given("same",
                          "Metadata_Plate,Metadata_Well,FileName_DNA,FileName_RNA,FileName_ER\n"
                          "P,A01,a.tif,b.tif,b.tif\nP,A02,c.tif,d.tif,e.tif\n"));
  EXPECT_THAT(shared_planes(screen),
              ElementsAre(AllOf(HasSubstr("RNA and ER"), HasSubstr("in 1 of 2 fields"))));
  EXPECT_THAT(screen.notes, ElementsAre(HasSubstr("RNA and ER")));
  // Pages of one file are several images.
  EXPECT_THAT(
      shared_planes(read_manifest(given("pages",
                                        "Metadata_Plate,Metadata_Well,FileName_DNA,FileName_RNA,Frame_DNA,"
                                        "Frame_RNA\nP,A01,a.tif,a.tif,0,1\n"))),
      IsEmpty());
}

// barcode_platemap.csv, platemap/ and a table of compounds, as the Broad's recipe lays them out.
fs::path recipe_folder(const std::string& name) {
  const auto folder = fresh_folder(name);
  make_folder(folder / "platemap");
  write_file_atomically(folder / "barcode_platemap.csv",
                        "Assay_Plate_Barcode,Plate_Map_Name\nP1,map1\nP2,map2\n");
  write_file_atomically(folder / "platemap" / "map1.txt",
                        "well_position\tbroad_sample\tsolvent\nA01\tBRD-1\tDMSO\nA02\t\tDMSO\nA03\t\t\n");
  write_file_atomically(folder / "platemap" / "map2.txt",
                        "well_position\tbroad_sample\nA01\tBRD-2\nA02\tBRD-9\n");
  write_file_atomically(
      folder / "compound_metadata.tsv",
      "broad_sample\tpert_iname\tcontrol_type\nBRD-1\tone\tNA\nBRD-2\ttwo\tposcon\nNA\tDMSO\tnegcon\n");
  return folder;
}

const std::string two_plates =
    "Metadata_Plate,Metadata_Well,FileName_DNA\nP1,A01,a.tif\nP1,A02,b.tif\nP1,A03,c.tif\nP2,A1,d.tif\nP2,"
    "a02,e.tif\n";

TEST(Inputs, TheRecipesThreeTablesAreJoined) {
  auto options = given("recipe_screen", two_plates);
  options.platemap = recipe_folder("recipe");
  const auto screen = read_manifest(options);
  EXPECT_THAT(screen.values("Metadata_broad_sample"), ElementsAre("BRD-1", "DMSO", "", "BRD-2", "BRD-9"));
  EXPECT_THAT(screen.values("Metadata_pert_iname"), ElementsAre("one", "DMSO", "", "two", ""));
  EXPECT_THAT(screen.values("Metadata_control_type"), ElementsAre("", "negcon", "", "poscon", ""));
  EXPECT_THAT(screen.values("Metadata_Plate_Map_Name"), ElementsAre("map1", "map1", "map1", "map2", "map2"));
  EXPECT_THAT(screen.notes, Contains(HasSubstr("no row for the Metadata_broad_sample of 1 fields")));
  // The file alone: without the table of compounds, unless it is named.
  options.platemap /= "barcode_platemap.csv";
  EXPECT_THAT(read_manifest(options).metadata_columns, testing::Not(Contains("Metadata_pert_iname")));
  options.compounds = {(options.platemap.parent_path() / "compound_metadata.tsv").string()};
  EXPECT_EQ(read_manifest(options).metadata_fingerprint(), screen.metadata_fingerprint());
}

TEST(Inputs, WhatTheRecipeLacksIsNamed) {
  auto options = given("recipe_lacks", two_plates);
  const auto refusal = [&] { return message_of([&] { read_manifest(options); }); };
  options.platemap = recipe_folder("recipe2");
  fs::remove(options.platemap / "platemap" / "map2.txt");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("'map2' is not there"), HasSubstr("platemap")));
  options.platemap = fresh_folder("recipe3");
  EXPECT_THAT(refusal(), HasSubstr("no barcode_platemap.csv"));
  options.platemap = recipe_folder("recipe4");
  write_file_atomically(options.platemap / "compound_metadata.tsv", "broad_sample\tx\nBRD-1\t1\nBRD-1\t2\n");
  EXPECT_THAT(refusal(), HasSubstr("'BRD-1' has two rows"));
  options.compounds = {(options.platemap / "other.csv").string()};
  write_file_atomically(options.compounds[0], "a,b\n1,2\n");
  EXPECT_THAT(refusal(), HasSubstr("no column to join it by"));
}

TEST(Inputs, SeveralKindsOfControls) {
  const Table table{{"Metadata_Compound", "Metadata_Control"},
                    {{"no-guide", "x"}, {"non-targeting", "x"}, {"a", "negcon"}, {"b", "trt"}}};
  ColumnRoles roles;
  const auto controls = [&](const std::string& text) {
    roles.control = text;
    return control_mask(table, roles, "t");
  };
  EXPECT_THAT(controls("Metadata_Compound=no-guide,non-targeting"), ElementsAre(1, 1, 0, 0));
  EXPECT_THAT(controls("Metadata_Compound=no-guide,Metadata_Control=negcon"), ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(controls("Metadata_Control!=trt,x"), ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(message_of([&] { controls("negcon,Metadata_Control=x"); }), HasSubstr("neither COLUMN=VALUE"));
  EXPECT_THAT(message_of([&] { controls("Metadata_Compund=a"); }), HasSubstr("Did you mean"));
  EXPECT_THAT(message_of([&] { controls(""); }), HasSubstr("neither COLUMN=VALUE"));
}

TEST(Inputs, SelectorsKnowNumbersAndWells) {
  EXPECT_TRUE((Selector{"Metadata_Dose", "0.1"}).holds("1e-1"));
  EXPECT_FALSE((Selector{"Metadata_Dose", "0.1", false}).holds("0.10"));
  EXPECT_TRUE((Selector{"Metadata_Well", "A1"}).holds("A01"));
  EXPECT_FALSE((Selector{"Metadata_Compound", "007"}).holds("7"));
}

TEST(Inputs, RowsWithoutACompoundHaveNoLabel) {
  const Table table{{"Metadata_Compound", "Metadata_Concentration"},
                    {{"a", "0.10"}, {"", "1"}, {"NA", "nan"}, {"b", ""}, {"", ""}}};
  EXPECT_THAT(treatment_labels(table, {}, "t"), ElementsAre("a_0.1", "", "", "b_", ""));
}

TEST(Inputs, ValuesThatAreAlikeAreNoted) {
  const Table table{{"Metadata_Compound", "Metadata_Other"}, {{"DMSO", "x"}, {"dmso", "X"}}};
  EXPECT_THAT(alike_notes(table, {}),
              ElementsAre(AllOf(HasSubstr("Metadata_Compound"), HasSubstr("DMSO, dmso"))));
}

TEST(Inputs, FieldsAreFoundByAnySpellingOfTheirWell) {
  const auto screen =
      read_manifest(given("index", "Metadata_Plate,Metadata_Well,FileName_DNA\nP,A01,a.tif\n"));
  const Table table{{"Metadata_Plate", "Metadata_Well", "Metadata_Site"}, {{"P", "a1", "1"}}};
  EXPECT_EQ(FieldIndex(screen, table, "t").find(table.rows[0]), 0u);
}

}  // namespace
}  // namespace cytoscale::screen
