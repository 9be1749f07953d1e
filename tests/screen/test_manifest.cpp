#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "screen/manifest.hpp"
#include "test_support.hpp"

namespace cytoscale::screen {
namespace {
namespace fs = std::filesystem;

ManifestOptions given(const std::string& name, const std::string& text) {
  ManifestOptions options;
  options.manifest = fresh_folder(name) / "screen.csv";
  write_file_atomically(options.manifest, text);
  return options;
}

std::string refusal(const ManifestOptions& options) {
  return message_of([&] { read_manifest(options); });
}

const std::string native_text =
    "Metadata_Plate,Metadata_Well,Metadata_Site,Metadata_Compound,FileName_DNA,PathName_DNA,FileName_Actin\n"
    "P1,A10,1,taxol,d10.tif,sub,a10.tif\n"
    "P1,A2,2,DMSO,d2b.tif,sub,a2b.tif\n"
    "P1,A2,1,DMSO,d2.tif,/abs,a2.tif\n";

TEST(NativeManifest, OrdersFieldsNaturallyAndResolvesPaths) {
  const auto options = given("native", native_text);
  const auto screen = read_manifest(options);
  ASSERT_EQ(screen.fields.size(), 3u);
  EXPECT_EQ(screen.channels, (std::vector<std::string>{"DNA", "Actin"}));
  EXPECT_EQ(screen.fields[0].well + screen.fields[0].site, "A21");
  EXPECT_EQ(screen.fields[2].well, "A10");
  EXPECT_EQ(screen.fields[0].images[0].path, "/abs/d2.tif");
  EXPECT_EQ(screen.fields[2].images[0].path, options.manifest.parent_path() / "sub" / "d10.tif");
  EXPECT_EQ(screen.values("Metadata_Compound")[2], "taxol");
  EXPECT_EQ(wells_of(screen).size(), 2u);
  EXPECT_EQ(plates_of(screen)[0].field_count, 3u);
}

TEST(NativeManifest, PathsAreJoinedAndNormalized) {
  auto options = given("native_paths",
                       "Metadata_Plate,Metadata_Well,Metadata_Site,FileName_DNA,PathName_DNA\n"
                       "P,A1,1,a.tif,\nP,A1,2,./a.tif,sub/\nP,A1,3,../a.tif,sub/x/./y\nP,A1,4,/b/a.tif,sub\n"
                       "P,A1,5,a.tif,/abs//x/\nP,A1,6,x/../a.tif,..\nP,A1,7,.hidden.tif,sub/.cache\n"
                       "P,A1,8,a..tif,sub\n");
  for (const std::string root : {"", "/data/", "images", "./images/../other"}) {
    options.image_root = root;
    const auto screen = read_manifest(options);
    const fs::path base = root.empty() ? options.manifest.parent_path() : fs::path(root);
    const fs::path expected[] = {base / "a.tif",
                                 base / "sub" / "a.tif",
                                 base / "sub" / "x" / "a.tif",
                                 "/b/a.tif",
                                 "/abs/x/a.tif",
                                 base / ".." / "a.tif",
                                 base / "sub" / ".cache" / ".hidden.tif",
                                 base / "sub" / "a..tif"};
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_EQ(screen.fields[i].images[0].path.native(), expected[i].lexically_normal().native());
  }
  options.manifest = "here.csv";  // in the working directory
  write_file_atomically(options.manifest, "Metadata_Plate,Metadata_Well,FileName_DNA\nP,A1,a.tif\n");
  options.image_root = "";
  EXPECT_EQ(read_manifest(options).fields[0].images[0].path.native(), "a.tif");
}

TEST(NativeManifest, FingerprintsOfFieldsAndOfMetadata) {
  const auto here = read_manifest(given("native_a", native_text));
  const auto moved = read_manifest(given("native_b", native_text));
  EXPECT_EQ(here.fingerprint(), moved.fingerprint());
  EXPECT_EQ(here.metadata_fingerprint(), moved.metadata_fingerprint());
  auto renamed = native_text;
  renamed.replace(renamed.find("d10.tif"), 7, "d11.tif");
  EXPECT_NE(here.fingerprint(), read_manifest(given("native_c", renamed)).fingerprint());
  // A corrected compound is the same fields, with another column.
  auto corrected = native_text;
  corrected.replace(corrected.find("taxol"), 5, "taxon");
  const auto other = read_manifest(given("native_d", corrected));
  EXPECT_EQ(here.fingerprint(), other.fingerprint());
  EXPECT_NE(here.metadata_fingerprint(), other.metadata_fingerprint());
  EXPECT_NE(here.column_fingerprint("Metadata_Compound"), other.column_fingerprint("Metadata_Compound"));
  EXPECT_EQ(here.column_fingerprint("Metadata_Well"), other.column_fingerprint("Metadata_Well"));
}

// What is put in is not looked at again: a well may be named as a pattern is.
TEST(Screen, FillsAPatternInOnePass) {
  Screen screen;
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  screen.fields.push_back({"{Well}", "x{Well}{Site}", "1", {"{Well}", "x{Well}{Site}", "1"}, {}});
  EXPECT_EQ(screen.fill("{Plate}/{Well}-{Metadata_Site}{Other}{.csv", FieldId(0)),
            "{Well}/x{Well}{Site}-1{Other}{.csv");
}

TEST(NativeManifest, OneMultiPageFilePerField) {
  auto options = given("stack", "Metadata_Plate,Metadata_Well,FileName\nP,A1,a.tif\n");
  EXPECT_NE(refusal(options).find("--channels"), std::string::npos);
  options.channels = {"DNA", "Actin"};
  const auto screen = read_manifest(options);
  EXPECT_EQ(screen.fields[0].site, "1");
  EXPECT_EQ(screen.fields[0].images[0].page, 0);
  EXPECT_EQ(screen.fields[0].images[1].page, 1);
  EXPECT_EQ(screen.fields[0].images[1].path.filename(), "a.tif");
}

TEST(NativeManifest, WrittenAndReadAgain) {
  const auto screen = read_manifest(given("again", native_text));
  const auto file = fresh_folder("again2") / "screen.csv";
  write_native_manifest(file, screen, file.parent_path());
  ManifestOptions options;
  options.manifest = file;
  const auto again = read_manifest(options);
  EXPECT_EQ(again.fingerprint(), screen.fingerprint());
  EXPECT_EQ(fs::weakly_canonical(again.fields[1].images[0].path),
            fs::weakly_canonical(screen.fields[1].images[0].path));
}

TEST(NativeManifest, SelectionsKeepWhatTheySay) {
  auto options = given("select", native_text);
  options.select = "Metadata_Compound!=DMSO";
  EXPECT_EQ(read_manifest(options).fields.size(), 1u);
  options.select = "Metadata_Compound=DMSO,Metadata_Site=2";
  EXPECT_EQ(read_manifest(options).fields.size(), 1u);
  options.select = "";
  options.plates = {"P9"};
  EXPECT_NE(refusal(options).find("no plate 'P9'"), std::string::npos);
}

TEST(NativeManifest, EveryProblemIsListed) {
  const auto report =
      inspect_manifest(given("problems",
                             "Metadata_Plate,Metadata_Well,Metadata_Site,FileName_DNA,Frame_DNA\n"
                             "P,A1,1,a.tif,0\nP,A1,1,b.tif,0\nP,A2,1,,0\nP,A3,1,c.tif,x\n,A4,1,d.tif,0\n"));
  ASSERT_EQ(report.problems.size(), 4u);
  ASSERT_TRUE(report.screen);
  EXPECT_EQ(report.screen->fields.size(), 1u);
}

TEST(NativeManifest, ErrorsNameFileAndRemedy) {
  EXPECT_NE(
      refusal(given("nochannel", "Metadata_Plate,Metadata_Well\nP,A1\n")).find("no column names image files"),
      std::string::npos);
  EXPECT_NE(refusal(given("noplate", "Metadata_plate,Metadata_Well,FileName_DNA\nP,A1,a.tif\n"))
                .find("Did you mean 'Metadata_plate'"),
            std::string::npos);
  const auto twice =
      refusal(given("twice", "Metadata_Plate,Metadata_Well,FileName_DNA\nP,A1,a.tif\nP,A1,b.tif\n"));
  EXPECT_NE(twice.find("occurs twice"), std::string::npos);
  EXPECT_NE(twice.find("screen.csv"), std::string::npos);
}

TEST(NativeManifest, PagesThatAreNoPageNumbersAreRefused) {
  for (const char* page : {"1e300", "nan", "inf", "-1", "0.5", "3000000000"}) {
    const auto text = refusal(given(
        "pages", std::string("Metadata_Plate,Metadata_Well,FileName_DNA,Frame_DNA\nP,A1,a.tif,") + page));
    EXPECT_NE(text.find(std::string("'") + page + "' is not a page number"), std::string::npos) << text;
  }
}

TEST(NativeManifest, PlatesOfATableWithoutRowsAreRefused) {
  auto options = given("norows", "Metadata_Plate,Metadata_Well,FileName_DNA\n");
  options.plates = {"P1"};
  EXPECT_NE(refusal(options).find("no plate 'P1'"), std::string::npos);
}

// A name of so many characters ended the program (std::regex), or the file system's own exception left the
// reader.
TEST(Bbbc021, NamesOfAnyLengthAreReadOrRefused) {
  const std::string header =
      "Image_FileName_DAPI,Image_PathName_DAPI,Image_Metadata_Plate_DAPI,Image_Metadata_Well_DAPI,"
      "Image_Metadata_Compound,Image_Metadata_Concentration\n";
  auto options = given("digits", header + "a_s" + std::string(500'000, '1') + ",w,P,A1,x,1\n");
  options.format = ManifestFormat::bbbc021;
  EXPECT_NE(refusal(options).find("tells no site"), std::string::npos);
  options = given("folders", header + "_s_s2_w1.tif," + std::string(5000, 'f') + ",P,A1,x,1\n");
  options.format = ManifestFormat::bbbc021;
  EXPECT_EQ(read_manifest(options).fields.at(0).site, "2");
}

TEST(LoadData, StripsOrigAndJoinsThePlateMap) {
  auto options =
      given("loaddata",
            "FileName_OrigDNA,PathName_OrigDNA,FileName_OrigER,PathName_OrigER,Metadata_Plate,Metadata_Well,"
            "Metadata_Site\na.tif,/x,b.tif,/x,BR1,A01,1\nc.tif,/x,d.tif,/x,BR1,B03,1\n");
  options.platemap = options.manifest.parent_path() / "platemap.txt";
  write_file_atomically(options.platemap,
                        "well_position\tbroad_sample\tplate_map_name\na01\tBRD-1\tm\nB3\tDMSO\tm\n");
  const auto screen = read_manifest(options);
  EXPECT_EQ(screen.channels, (std::vector<std::string>{"DNA", "ER"}));
  EXPECT_EQ(screen.values("Metadata_broad_sample").texts(), (std::vector<std::string>{"BRD-1", "DMSO"}));
  EXPECT_EQ(screen.fields[0].images[1].path, "/x/b.tif");
  write_file_atomically(options.platemap, "well_position\tbroad_sample\na01\tBRD-1\n");
  EXPECT_NE(refusal(options).find("B03"), std::string::npos);
}

ManifestOptions native_with_map(const std::string& name, const std::string& map) {
  auto options = given(name,
                       "Metadata_Plate,Metadata_Well,Metadata_Plate_Map_Name,FileName_DNA\n"
                       "P1,A01,one,a.tif\nP2,A01,two,b.tif\n");
  options.platemap = options.manifest.parent_path() / "map.csv";
  write_file_atomically(options.platemap, map);
  return options;
}

TEST(PlateMap, JoinsAnyManifest) {
  for (const char* column : {"Plate", "Metadata_Plate"}) {
    const auto screen = read_manifest(native_with_map(
        "map_by_plate", std::string(column) + ",Well,Compound\nP2,a1,taxol\nP1,A1,DMSO\nP3,A1,none\n"));
    EXPECT_EQ(screen.values("Metadata_Compound").texts(), (std::vector<std::string>{"DMSO", "taxol"}));
  }
  const auto named = read_manifest(
      native_with_map("map_by_name", "plate_map_name,well_position,Compound\ntwo,A01,taxol\none,A01,DMSO\n"));
  EXPECT_EQ(named.values("Metadata_Compound").texts(), (std::vector<std::string>{"DMSO", "taxol"}));
}

TEST(PlateMap, RefusesWellsThatItCannotTellApart) {
  const auto no_plate = refusal(native_with_map("map_without", "Well,Compound\nA01,DMSO\na1,taxol\n"));
  EXPECT_NE(no_plate.find("map.csv"), std::string::npos) << no_plate;
  EXPECT_NE(no_plate.find("which plate"), std::string::npos) << no_plate;
  const auto twice = refusal(native_with_map("map_twice", "Plate,Well,Compound\nP1,A1,DMSO\nP1,A01,taxol\n"));
  EXPECT_NE(twice.find("two rows"), std::string::npos) << twice;
  EXPECT_EQ(read_manifest(native_with_map("map_same", "Well,Compound\nA01,DMSO\nA01,DMSO\n")).fields.size(),
            2);
}

TEST(Manifest, RefusesAListOfMechanismsThatIsNotBbbc021s) {
  auto options = given("moa_ignored", "Metadata_Plate,Metadata_Well,FileName_DNA\nP,A1,a.tif\n");
  options.moa = "moa.csv";
  EXPECT_NE(refusal(options).find("moa.csv"), std::string::npos);
}

TEST(DeepProfiler, IndexColumnsThatNameFilesAreChannels) {
  const auto screen = read_manifest(given("deepprofiler",
                                          "Metadata_Plate,Metadata_Well,Metadata_Site,DNA,ER,Compound\n"
                                          "P1,a01,1,P1/a01_dna.tif,P1/a01_er.tif,DMSO\n"));
  EXPECT_EQ(screen.channels, (std::vector<std::string>{"DNA", "ER"}));
  EXPECT_EQ(screen.values("Metadata_Compound")[0], "DMSO");
}

}  // namespace
}  // namespace cytoscale::screen
