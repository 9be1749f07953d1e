// Names of image files taken apart.
#include <gmock/gmock.h>

#include "discover/name_pattern.hpp"
#include "test_support.hpp"

namespace cytoscale::discover {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;

// "Plate=P1 Well=A01", or "no".
std::string parts_of(const std::string& pattern, const std::string& path) {
  const auto parts = NamePattern(pattern, "--pattern").match(path);
  if (!parts) return "no";
  std::string text;
  for (const auto& [name, value] : *parts) text += (text.empty() ? "" : " ") + name + "=" + value;
  return text;
}

TEST(NamePattern, TakesPathsApart) {
  const std::string usual = "{Plate}/{Well}_s{Site}_{Channel}.tif";
  EXPECT_EQ(parts_of(usual, "P1/A01_s1_DNA.tif"), "Channel=DNA Plate=P1 Site=1 Well=A01");
  EXPECT_EQ(parts_of(usual, "screen/P1/A01_s1_DNA.TIF"), "Channel=DNA Plate=P1 Site=1 Well=A01");
  EXPECT_EQ(parts_of(usual, "P1/ab24_S03_a_b.tif"), "Channel=a_b Plate=P1 Site=03 Well=ab24");
  EXPECT_EQ(parts_of(usual, "A01_s1_DNA.tif"), "no");
  EXPECT_EQ(parts_of(usual, "P1/A01_s1_DNA.tiff"), "no");
  EXPECT_EQ(parts_of(usual, "P1/Z01_s1_DNA.tif"), "no");
  EXPECT_EQ(parts_of(usual, ""), "no");
}

TEST(NamePattern, PartsAreAsShortAsCanBeButWholeNamesMatch) {
  EXPECT_EQ(parts_of("{Plate}_{Well}_s{Site}", "my_A01_plate_B02_s1.png"),
            "Plate=my_A01_plate Site=1 Well=B02");
  EXPECT_EQ(parts_of("{Well}_{Channel:d}{Guid}", "A01_2570437EF-C8DC-4074-8D63-7FA3A7271FEE.tif"),
            "Channel=2 Guid=570437EF-C8DC-4074-8D63-7FA3A7271FEE Well=A01");
  EXPECT_EQ(parts_of("{Row}-{Column}-{Dye}-{}", "B-03-x-y.png"), "Column=03 Dye=x Row=B");
  EXPECT_EQ(parts_of("{Well}", "x/A01.ome.tiff"), "Well=A01");
}

TEST(NamePattern, LongNamesTakeNoLongTime) {
  const std::string many(1000, 'a');
  EXPECT_EQ(parts_of("{A}a{B}a{C}a{D}a{E}_{Well}", many), "no");
}

TEST(NamePattern, RefusesWhatIsNoPattern) {
  const auto refused = [](const std::string& text) {
    return message_of([&] { NamePattern(text, "--pattern"); });
  };
  EXPECT_THAT(refused("{Plate}_{Site}.tif"), HasSubstr("does not tell the well"));
  EXPECT_THAT(refused("{Row}_{Site}.tif"), HasSubstr("does not tell the well"));
  EXPECT_THAT(refused("{Well.tif"), HasSubstr("never closed"));
  EXPECT_THAT(refused("{Well}_{Well}.tif"), HasSubstr("there twice"));
  EXPECT_THAT(refused("{Well:x}.tif"), HasSubstr("unknown form"));
  EXPECT_THAT(refused("{We ll}.tif"), HasSubstr("is no name"));
  EXPECT_THAT(refused(""), HasSubstr("does not tell the well"));
}

TEST(NamePattern, OptionalParts) {
  EXPECT_THAT(with_optional_parts("a[b]c[d]"), ElementsAre("abcd", "abc", "acd", "ac"));
  EXPECT_THAT(with_optional_parts("a"), ElementsAre("a"));
}

TEST(NamePattern, Endings) {
  EXPECT_TRUE(is_image_name("a.TIF") && is_image_name("a.tiff") && is_image_name("a.png"));
  EXPECT_FALSE(is_image_name("a.jpg") || is_image_name(".tif") || is_image_name("tif"));
  EXPECT_EQ(without_ending("a.ome.tif"), "a");
  EXPECT_EQ(without_ending("a.b"), "a.b");
}

}  // namespace
}  // namespace cytoscale::discover
