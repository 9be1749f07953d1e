#include "image/io/ome_xml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test_support.hpp"

namespace cytoscale::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string ome(const std::string& attributes, const std::string& inside, const std::string& prefix = "") {
  const auto tag = [&](const std::string& name) { return prefix + name; };
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><" + tag("OME") +
         (prefix.empty() ? " xmlns" : " xmlns:ome") +
         "=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\"><" + tag("Image") +
         " ID=\"Image:0\" Name=\"f1\"><" + tag("Pixels") + " ID=\"Pixels:0\" " + attributes + ">" + inside +
         "</" + tag("Pixels") + "></" + tag("Image") + "></" + tag("OME") + ">";
}

std::vector<int> pages_of(const OmeImage& image, int c) {
  std::vector<int> pages(std::size_t(image.size_z), -1);
  for (const auto& plane : image.planes)
    if (plane.c == c && plane.t == 0) pages[std::size_t(plane.z)] = plane.page;
  return pages;
}

TEST(OmeXml, PagesFollowTheDimensionOrder) {
  const std::string sizes = "SizeX=\"4\" SizeY=\"4\" SizeZ=\"3\" SizeC=\"2\" SizeT=\"1\"";
  const std::string inside =
      "<Channel Name=\"AGP\"/><Channel Name=\"DNA\"/><TiffData IFD=\"0\" PlaneCount=\"6\"/>";
  const auto by_z = parse_ome_xml(ome("DimensionOrder=\"XYZCT\" " + sizes, inside), 6, "a.tif");
  ASSERT_EQ(by_z.size(), 1);
  EXPECT_THAT(by_z[0].channels, ElementsAre("AGP", "DNA"));
  EXPECT_THAT(pages_of(by_z[0], 1), ElementsAre(3, 4, 5));
  const auto by_c = parse_ome_xml(ome("DimensionOrder=\"XYCZT\" " + sizes, inside, "ome:"), 6, "a.tif");
  EXPECT_THAT(by_c[0].channels, ElementsAre("AGP", "DNA"));
  EXPECT_THAT(pages_of(by_c[0], 1), ElementsAre(1, 3, 5));
  const auto by_t = parse_ome_xml(ome("DimensionOrder=\"XYTCZ\" " + sizes, inside), 6, "a.tif");
  EXPECT_THAT(pages_of(by_t[0], 0), ElementsAre(0, 2, 4));
}

TEST(OmeXml, TiffDataNamesPagesAndFiles) {
  const auto image = parse_ome_xml(
      ome("DimensionOrder=\"XYCZT\" SizeZ=\"1\" SizeC=\"3\" SizeT=\"1\" SignificantBits=\"12\" "
          "PhysicalSizeX=\"650\" "
          "PhysicalSizeXUnit=\"nm\"",
          "<Channel/><Channel Name=\"b\"/><Channel/>"
          "<TiffData FirstC=\"2\" IFD=\"0\"><UUID FileName=\"c.ome.tif\">urn:uuid:1</UUID></TiffData>"
          "<TiffData FirstC=\"1\" IFD=\"4\"/><TiffData FirstC=\"0\" PlaneCount=\"1\"/>"),
      9, "a.tif")[0];
  EXPECT_EQ(image.significant_bits, 12);
  EXPECT_NEAR(image.pixel_um.value_or(0), 0.65, 1e-12);
  ASSERT_EQ(image.planes.size(), 3);
  EXPECT_EQ(image.planes[0].c, 2);
  EXPECT_EQ(image.planes[0].file, "c.ome.tif");
  EXPECT_EQ(image.planes[1].page, 4);
  EXPECT_EQ(image.planes[1].file, "");
  EXPECT_EQ(image.planes[2].page, 0);
}

TEST(OmeXml, WithoutTiffDataPagesAreInOrder) {
  const auto image =
      parse_ome_xml(ome("DimensionOrder=\"XYCZT\" SizeZ=\"2\" SizeC=\"2\" SizeT=\"1\"", ""), 4, "")[0];
  EXPECT_THAT(pages_of(image, 1), ElementsAre(1, 3));
  const auto empty_entry = parse_ome_xml(
      ome("DimensionOrder=\"XYCZT\" SizeZ=\"2\" SizeC=\"2\" SizeT=\"1\"", "<TiffData/>"), 4, "")[0];
  EXPECT_THAT(pages_of(empty_entry, 0), ElementsAre(0, 2));
}

TEST(OmeXml, RefusesWhatNoFileHas) {
  const std::string plain = "DimensionOrder=\"XYCZT\" SizeZ=\"1\" SizeC=\"2\" SizeT=\"1\"";
  const auto reason = [](const std::string& xml) {
    return message_of([&] { parse_ome_xml(xml, 2, "a.tif"); });
  };
  EXPECT_THAT(reason("<OME><Image"), testing::AllOf(HasSubstr("a.tif"), HasSubstr("at byte")));
  EXPECT_THAT(reason("<OME/>"), HasSubstr("describes no image"));
  EXPECT_THAT(reason(ome("SizeZ=\"1\"", "")), HasSubstr("DimensionOrder"));
  EXPECT_THAT(reason(ome("DimensionOrder=\"XYCCT\" SizeZ=\"1\"", "")), HasSubstr("DimensionOrder"));
  EXPECT_THAT(reason(ome("DimensionOrder=\"XYCZT\" SizeC=\"-2\"", "")), HasSubstr("SizeC=\"-2\""));
  EXPECT_THAT(reason(ome("DimensionOrder=\"XYCZT\" SizeC=\"99999\" SizeZ=\"99999\"", "")),
              HasSubstr("promises"));
  EXPECT_THAT(reason(ome(plain, "<TiffData IFD=\"0\" PlaneCount=\"3\"/>")), HasSubstr("more planes"));
  EXPECT_THAT(reason(ome(plain, "<TiffData FirstC=\"2\" IFD=\"0\"/>")), HasSubstr("more planes"));
  EXPECT_THAT(reason(ome(plain, "<TiffData FirstC=\"999999\" FirstZ=\"999999\" IFD=\"0\"/>")),
              HasSubstr("more planes"));
}

TEST(OmeXml, IsToldFromOtherDescriptions) {
  EXPECT_TRUE(is_ome_xml("\xef\xbb\xbf<?xml version=\"1.0\"?><OME/>"));
  EXPECT_TRUE(is_ome_xml("<OME xmlns=\"x\">"));
  EXPECT_FALSE(is_ome_xml("ImageJ=1.53t\nimages=6\n"));
  EXPECT_FALSE(is_ome_xml("<MetaData><prop id=\"a\"/></MetaData>"));
  EXPECT_FALSE(is_ome_xml(""));
}

}  // namespace
}  // namespace cytoscale::image
