// The namings of microscopes, and their index files.
#include <gmock/gmock.h>

#include "core/system/files.hpp"
#include "discover/plane_names.hpp"
#include "test_support.hpp"

namespace cytoscale::discover {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// "scheme: plate|well|site|channel|z|t" of one image.
std::string named(const std::string& file) {
  const auto found = name_planes({.root = "/x", .images = {file}, .others = {}, .left_out = {}}, {});
  const auto& p = found.planes.front();
  return enum_name(found.scheme.naming) + ": " + p.plate + "|" + p.well + "|" + p.site + "|" + p.channel +
         "|" + p.z + "|" + p.t;
}

TEST(Schemes, NamesOfMicroscopes) {
  EXPECT_EQ(named("P__2021-Measurement 1/Images/r16c24f09p01-ch5sk1fk1fl1.tiff"), "phenix: |P24|9|5|1|1");
  EXPECT_EQ(named("r27c03f01p02-ch1sk3.tiff"), "phenix: |AA03|1|1|2|3");
  EXPECT_EQ(named("TimePoint_1/My_plate_A01_s1_w1.TIF"), "imagexpress: My_plate|A01|1|1||1");
  EXPECT_EQ(named("P/TimePoint_2/ZStep_3/P_H12_s9_w4.tif"), "imagexpress: P|H12|9|4|3|2");
  EXPECT_EQ(named("P_A01_w2.tif"), "imagexpress: P|A01|1|2||");
  EXPECT_EQ(named("W4/G10_s1_w1BEDC2073-A983-4B98-95E9-84466707A25D.tif"), "imagexpress: |G10|1|1||");
  EXPECT_EQ(named("W4/G10_s2_w2570437EF-C8DC-4074-8D63-7FA3A7271FEE.tif"), "imagexpress: |G10|2|2||");
  EXPECT_EQ(named("AssayPlate_Greiner_B03_T0001F002L01A01Z02C03.tif"),
            "cellvoyager: AssayPlate_Greiner|B03|2|03|2|1");
  EXPECT_EQ(named("A - 01(fld 01 wv DAPI - DAPI).tif"), "incell: |A01|1|DAPI||");
  EXPECT_EQ(named("H - 12(fld 3 wv UV - DAPI).tif"), "incell: |H12|3|UV - DAPI||");
  EXPECT_EQ(named("B - 2(fld 1 wv Cy5 - Cy5 z 2).tif"), "incell: |B02|1|Cy5|2|");
  EXPECT_EQ(named("B - 2(fld 1 z 3 wv Blue - FITC).tif"), "incell: |B02|1|Blue - FITC|3|");
  EXPECT_EQ(named("Channel1-01-A-01.tif"), "bbbc013: |A01|1|Channel1||");
  EXPECT_EQ(named("P1_A01_s1_DNA.png"), "plain: P1|A01|1|DNA||");
  EXPECT_EQ(named("P1_A01_f2.ome.tif"), "plain: P1|A01|2|||");
  EXPECT_EQ(named("A01.ome.tif"), "plain: |A01|1|||");
}

TEST(Schemes, SeveralNamingsAreRefused) {
  ImageListing listing{.root = "/x",
                       .images = {"r01c01f01p01-ch1sk1fk1fl1.tiff", "P_A01_s1_w1.TIF"},
                       .others = {},
                       .left_out = {}};
  const auto refused = message_of([&] { name_planes(listing, {}); });
  EXPECT_THAT(refused, HasSubstr("named in several ways"));
  EXPECT_THAT(refused, HasSubstr("Opera Phenix"));
  EXPECT_THAT(refused, HasSubstr("--naming"));
  InitOptions chosen;
  chosen.naming = Naming::imagexpress;
  EXPECT_THAT(name_planes(listing, chosen).strange, ElementsAre("r01c01f01p01-ch1sk1fk1fl1.tiff"));
  listing.images = {"holiday.tif", "cat.png"};
  EXPECT_THAT(message_of([&] { name_planes(listing, {}); }), HasSubstr("--pattern"));
  listing.images = {"holiday.tif", "P_A01_s1_w1.TIF"};
  EXPECT_THAT(message_of([&] { name_planes(listing, {}); }), HasSubstr("only some of its images"));
}

TEST(Schemes, APatternThatFitsNothing) {
  InitOptions options;
  options.pattern = "{Plate}/{Well}_{Channel}.tif";
  const ImageListing listing{.root = "/x", .images = {"A01_s1.tif"}, .others = {}, .left_out = {}};
  EXPECT_THAT(message_of([&] { name_planes(listing, options); }),
              HasSubstr("fits none of the 1 images, e.g. A01_s1.tif"));
}

ChannelNames names_in(const Scheme& scheme, const std::string& folder, const std::string& file,
                      const std::string& text) {
  const auto root = fresh_folder(folder);
  write_file_atomically(root / file, text);
  write_file_atomically(root / "x.tif", "");
  std::vector<std::string> notes;
  return scheme.channel_names(list_images(root), notes);
}

TEST(Schemes, ChannelsOfHarmony) {
  EXPECT_THAT(
      names_in(phenix_scheme(), "harmony5", "Index.idx.xml",
               R"(<?xml version="1.0"?><EvaluationInputData xmlns="http://www.perkinelmer.com/PEHH/HarmonyV5">
<Images><Image Version="1"><id>0101K1F1P1R1</id><URL>r01c01f01p01-ch1sk1fk1fl1.tiff</URL><ChannelID>1</ChannelID>
<ChannelName>HOECHST 33342</ChannelName></Image><Image><ChannelID>2</ChannelID><ChannelName>Alexa 488</ChannelName>
</Image></Images></EvaluationInputData>)"),
      ElementsAre(Pair("1", "HOECHST 33342"), Pair("2", "Alexa 488")));
  EXPECT_THAT(
      names_in(
          phenix_scheme(), "harmony7", "Index.xml",
          R"(<EvaluationInputData><Maps><Map><Entry ChannelID="2"><FlatfieldProfile>{a}</FlatfieldProfile>
</Entry></Map><Map><Entry ChannelID="2"><ChannelName>GFP</ChannelName></Entry></Map></Maps></EvaluationInputData>)"),
      ElementsAre(Pair("2", "GFP")));
  EXPECT_THAT(
      message_of([&] { names_in(phenix_scheme(), "harmony_cut", "Index.idx.xml", "<Images><Image>"); }),
      HasSubstr("is not XML"));
}

TEST(Schemes, ChannelsOfMetaXpressAndCellVoyager) {
  EXPECT_THAT(names_in(imagexpress_scheme(), "htd", "P1.HTD",
                       "\"HTSInfoFile\", Version 1.0\r\n\"NWavelengths\", 2\r\n\"WaveName1\", "
                       "\"DAPI\"\r\n\"WaveName2\", \"FITC \xb5\"\r\n"),
              ElementsAre(Pair("1", "DAPI"), Pair("2", "FITC _")));
  EXPECT_THAT(
      names_in(
          cellvoyager_scheme(), "mes", "x.mes",
          R"(<bts:MeasurementSetting xmlns:bts="http://www.yokogawa.co.jp/BTS/BTSSchema/1.0"><bts:ChannelList>
<bts:Channel bts:Ch="1" bts:Target="405" bts:Fluorophore="Hoechst"/><bts:Channel bts:Ch="2" bts:Target="488" bts:Fluorophore=""/>
</bts:ChannelList></bts:MeasurementSetting>)"),
      ElementsAre(Pair("1", "Hoechst"), Pair("2", "488")));
}

}  // namespace
}  // namespace cytoscale::discover
