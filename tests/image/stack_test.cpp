#include "image/io/stack.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "core/error.hpp"
#include "image/io/read_image.hpp"
#include "make_tiff.hpp"
#include "test_support.hpp"

namespace cytoscale::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string ome(int z, int c, int t, const std::string& names, const std::string& order = "XYCZT") {
  const auto size = [](const char* axis, int n) {
    return " Size" + std::string(axis) + "=\"" + std::to_string(n) + "\"";
  };
  return "<?xml version=\"1.0\"?><OME><Image><Pixels DimensionOrder=\"" + order + "\"" + size("Z", z) +
         size("C", c) + size("T", t) + ">" + names + "<TiffData IFD=\"0\" PlaneCount=\"" +
         std::to_string(z * c * t) + "\"/></Pixels></Image></OME>";
}

const std::string two_names = "<Channel Name=\"AGP\"/><Channel Name=\"DNA\"/>";

std::vector<int> chosen(const std::string& description, int pages, const std::vector<std::string>& channels,
                        std::size_t position, int z = no_z_plane) {
  return choose_pages(describe_stack(description, pages, "a.tif"), {channels, position, z}, "a.tif");
}

std::string refused(const std::string& description, int pages, const std::vector<std::string>& channels,
                    int z = no_z_plane) {
  return message_of([&] { chosen(description, pages, channels, 0, z); });
}

TEST(Stack, ChannelsOfAnOmeTiffAreFoundByName) {
  EXPECT_THAT(chosen(ome(1, 2, 1, two_names), 2, {"DNA"}, 0), ElementsAre(1));
  EXPECT_THAT(chosen(ome(1, 2, 1, two_names), 2, {"dna", "AGP"}, 1), ElementsAre(0));
  // No name is known, their number fits.
  EXPECT_THAT(chosen(ome(1, 2, 1, two_names), 2, {"w1", "w2"}, 1), ElementsAre(1));
  EXPECT_THAT(refused(ome(1, 2, 1, two_names), 2, {"w1"}), HasSubstr("the channels AGP, DNA"));
  EXPECT_THAT(refused(ome(1, 2, 1, two_names), 2, {"Mito", "DNA"}), HasSubstr("channel Mito"));
  EXPECT_THAT(refused(ome(1, 2, 1, "<Channel/><Channel/>"), 2, {"DNA"}),
              HasSubstr("2 channels without names"));
  EXPECT_THAT(chosen(ome(1, 1, 1, "<Channel Name=\"x\"/>"), 1, {"DNA"}, 0), ElementsAre(0));
}

TEST(Stack, FocalPlanesAreChosenOrRefused) {
  const auto stack = ome(3, 2, 1, two_names, "XYZCT");
  EXPECT_THAT(chosen(stack, 6, {"DNA"}, 0, brightest_z), ElementsAre(3, 4, 5));
  EXPECT_THAT(chosen(stack, 6, {"AGP"}, 0, 2), ElementsAre(1));
  EXPECT_THAT(refused(stack, 6, {"DNA"}),
              testing::AllOf(HasSubstr("3 focal planes"), HasSubstr("--z-plane")));
  EXPECT_THAT(refused(stack, 6, {"DNA"}, 4), HasSubstr("focal plane 4 was asked for, there are 3"));
  EXPECT_THAT(refused(ome(1, 1, 4, ""), 4, {"DNA"}), HasSubstr("4 points in time"));
  EXPECT_THAT(refused(ome(1, 3, 1, ""), 2, {"a", "b", "c"}), "no error");
  EXPECT_THAT(message_of([&] {
                chosen(ome(1, 3, 1, ""), 2, {"a", "b", "c"}, 2);
              }),
              HasSubstr("is not in this file"));
}

TEST(Stack, HyperstacksOfImageJ) {
  const std::string text = "ImageJ=1.53t\nimages=6\nchannels=2\nslices=3\nhyperstack=true\nmode=grayscale\n";
  EXPECT_THAT(chosen(text, 6, {"DNA", "AGP"}, 1, brightest_z), ElementsAre(1, 3, 5));
  EXPECT_THAT(chosen(text, 6, {"DNA", "AGP"}, 0, 3), ElementsAre(4));
  EXPECT_THAT(refused(text, 6, {"DNA"}, 1), HasSubstr("2 channels without names"));
  EXPECT_THAT(refused(text, 1, {"DNA"}), HasSubstr("holds 6 pages, it has 1"));
  EXPECT_THAT(chosen("ImageJ=1.53t\nimages=3\nslices=3\n", 3, {"DNA"}, 0, 2), ElementsAre(1));
}

TEST(Stack, PagesWithoutADescription) {
  EXPECT_THAT(chosen("", 3, {"a", "b", "c"}, 2), ElementsAre(2));
  EXPECT_THAT(chosen("", 3, {"a"}, 0, brightest_z), ElementsAre(0, 1, 2));
  EXPECT_THAT(refused("", 3, {"a"}), HasSubstr("3 pages for 1 channel"));
  EXPECT_THAT(refused("", 3, {"a", "b"}), HasSubstr("3 pages for 2 channels"));
  EXPECT_THAT(refused("", 3, {"a", "b"}, brightest_z), HasSubstr("3 pages for 2 channels"));
}

ImageFile plane_of(const std::filesystem::path& path, const std::vector<std::string>& channels,
                   std::size_t position, int z = no_z_plane) {
  return {path, 0, std::make_shared<const PlaneChoice>(PlaneChoice{channels, position, z})};
}

TEST(Stack, TheBrightestValuesOfPagesArePutTogether) {
  for (const auto& [bits, format] : {std::pair<std::uint16_t, std::uint16_t>{8, SAMPLEFORMAT_UINT},
                                     {16, SAMPLEFORMAT_UINT},
                                     {32, SAMPLEFORMAT_IEEEFP}}) {
    TiffKind kind;
    kind.bits = bits;
    kind.format = format;
    kind.pages = 3;
    const auto path = fresh_folder("stack_max") / "a.tif";
    make_tiff(path, kind);
    const auto all = to_float(read_raw(plane_of(path, {"DNA"}, 0, brightest_z)));
    std::vector<Plane> pages;
    for (int page = 0; page < 3; ++page) pages.push_back(to_float(read_raw({path, page})));
    for (std::size_t i = 0; i < all.pixels.size(); ++i)
      ASSERT_EQ(all.pixels[i], std::max({pages[0].pixels[i], pages[1].pixels[i], pages[2].pixels[i]}));
    EXPECT_EQ(read_raw(plane_of(path, {"a", "b", "c"}, 1)).bytes, read_raw({path, 1}).bytes);
    EXPECT_EQ(read_raw(plane_of(path, {"DNA"}, 0, 3)).bytes, read_raw({path, 2}).bytes);
    EXPECT_THAT(message_of([&] { inspect_image(plane_of(path, {"DNA"}, 0)); }), HasSubstr("3 pages"));
  }
}

// Real planes in a real order: DNA of the stack's brightest focal plane is the field it was made from.
TEST(Stack, TheRightPlanesOfAnOmeTiff) {
  const auto data = test_data();
  if (!data) GTEST_SKIP() << no_data_reason;
  const auto folder = *data / "field/tiff";
  const auto stack = inspect_stack(folder / "stack.ome.tif");
  EXPECT_THAT(stack.channels, ElementsAre("AGP", "DNA"));
  EXPECT_EQ(stack.z, 5);
  EXPECT_THAT(stack.page[1], ElementsAre(5, 6, 7, 8, 9));
  for (std::size_t position : {0u, 1u}) {
    const std::vector<std::string> channels = {"AGP", "DNA"};
    for (int z = 1; z <= 5; ++z) {
      const auto plane = read_raw(plane_of(folder / "stack.ome.tif", channels, position, z));
      const auto page = read_raw({folder / "stack.ome.tif", int(position) * 5 + z - 1});
      EXPECT_EQ(plane.bytes, page.bytes);
      EXPECT_EQ(read_raw(plane_of(folder / "stack.ome.tif", {channels[position]}, 0, z)).bytes, page.bytes);
    }
  }
}

}  // namespace
}  // namespace cytoscale::image
