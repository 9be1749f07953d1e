// Images put together to fields.
#include <gmock/gmock.h>

#include "discover/found_fields.hpp"
#include "test_support.hpp"

namespace cytoscale::discover {
namespace {
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

FoundScreen found(std::vector<std::string> images, const InitOptions& options = {}) {
  const ImageListing listing{
      .root = "/data/screen", .images = std::move(images), .others = {}, .left_out = {}};
  return put_together(listing, name_planes(listing, options), options);
}

std::vector<std::string> lines(const FoundScreen& screen) {
  std::vector<std::string> lines;
  for (const auto& field : screen.fields) {
    lines.push_back(field.plate + " " + field.well + " " + field.site);
    for (const auto& [channel, file] : field.files) lines.back() += " " + channel + "=" + file;
  }
  return lines;
}

TEST(FoundFields, OneFocalPlaneAndOneTime) {
  std::vector<std::string> images;
  for (const char* t : {"1", "2"})
    for (const char* z : {"01", "02", "03"})
      images.push_back(std::string("P__2021-Measurement 1/Images/r01c02f01p") + z + "-ch1sk" + t +
                       "fk1fl1.tiff");
  EXPECT_THAT(lines(found(images)),
              ElementsAre("P A02 1 ch1=P__2021-Measurement 1/Images/r01c02f01p02-ch1sk1fk1fl1.tiff"));
  EXPECT_THAT(found(images).assumed,
              Contains(HasSubstr("focal plane 2, the middle one, is taken of 1, 2, 3")));
  EXPECT_THAT(found(images).left_out, Contains(HasSubstr("point in time")));
  InitOptions options;
  options.z_plane = "3", options.time_point = "2";
  EXPECT_THAT(lines(found(images, options)), ElementsAre(HasSubstr("p03-ch1sk2")));
  options.z_plane = "9";
  EXPECT_THAT(message_of([&] { found(images, options); }), HasSubstr("no focal plane 9"));
  options.z_plane = "max";
  EXPECT_THAT(message_of([&] { found(images, options); }), HasSubstr("file of its own"));
}

TEST(FoundFields, FieldsThatLackAChannelAreLeftOut) {
  const auto screen = found({"P_A01_s1_w1.TIF", "P_A01_s1_w2.TIF", "P_A01_s2_w1.TIF"});
  EXPECT_THAT(lines(screen), ElementsAre("P A01 1 w1=P_A01_s1_w1.TIF w2=P_A01_s1_w2.TIF"));
  EXPECT_THAT(screen.left_out,
              Contains(HasSubstr("1 fields that lack a channel of w1, w2: plate P, well A01, site 2")));
}

TEST(FoundFields, FoldersArePlates) {
  EXPECT_EQ(plate_of_folder("/data/BR1__2021-03-29T16_55_29-Measurement 1", "Images/x.tif"), "BR1");
  EXPECT_EQ(plate_of_folder("/data", "P1/TimePoint_1/ZStep_2/x.tif"), "P1");
  EXPECT_EQ(plate_of_folder("/data/P2", "x.tif"), "P2");
  EXPECT_EQ(plate_of_folder("/", "x.tif"), "plate");
  // Two measurements of one plate, and one name in two folders, are plates of their own.
  EXPECT_THAT(lines(found({"P__a-Measurement 1/Images/r01c01f01p01-ch1sk1fk1fl1.tiff",
                           "P__a-Measurement 2/Images/r01c01f01p01-ch1sk1fk1fl1.tiff"})),
              ElementsAre(HasSubstr("P__a-Measurement 1 A01 1"), HasSubstr("P__a-Measurement 2 A01 1")));
  EXPECT_THAT(lines(found({"a/Exp_A01_s1_w1.TIF", "b/Exp_A01_s1_w1.TIF"})),
              ElementsAre("a A01 1 w1=a/Exp_A01_s1_w1.TIF", "b A01 1 w1=b/Exp_A01_s1_w1.TIF"));
  EXPECT_THAT(lines(found({"a/Exp_A01_s1_w1.TIF", "b/Exp_A02_s1_w1.TIF"})),
              ElementsAre("a A01 1 w1=a/Exp_A01_s1_w1.TIF", "b A02 1 w1=b/Exp_A02_s1_w1.TIF"));
  EXPECT_THAT(lines(found({"x/1/Exp_A01_s1_w1.TIF", "y/1/Exp_A01_s1_w1.TIF"})),
              ElementsAre(HasSubstr("x_1 A01"), HasSubstr("y_1 A01")));
  EXPECT_THAT(lines(found({"DNA/P_A01_s1_DNA.tif", "ER/P_A01_s1_ER.tif"})),
              ElementsAre("P A01 1 DNA=DNA/P_A01_s1_DNA.tif ER=ER/P_A01_s1_ER.tif"));
}

TEST(FoundFields, TwoImagesForOneChannel) {
  EXPECT_THAT(message_of([&] {
                found({"P_A01_s1_w1.TIF", "P_A1_s1_w1.TIF"});
              }),
              HasSubstr("two images are channel"));
}

TEST(FoundFields, OtherPartsAreMetadata) {
  InitOptions options;
  options.pattern = "{Batch}/{Plate}/{Well}_s{Site}_{Channel}.tif";
  const auto screen = found({"b1/P/A01_s1_DNA.tif", "b1/P/A01_s1_ER.tif"}, options);
  EXPECT_THAT(screen.metadata_columns, ElementsAre("Metadata_Batch"));
  EXPECT_EQ(screen.fields.front().metadata.at("Metadata_Batch"), "b1");
  EXPECT_THAT(screen.channels, ElementsAre("DNA", "ER"));
  EXPECT_THAT(screen.left_out, IsEmpty());
}

}  // namespace
}  // namespace cytoscale::discover
