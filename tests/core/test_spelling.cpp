#include <gmock/gmock.h>

#include "core/text/spelling.hpp"
#include "core/text/well_name.hpp"

namespace cytoscale {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string*> places(std::vector<std::string>& values) {
  std::vector<std::string*> found;
  for (auto& value : values) found.push_back(&value);
  return found;
}

TEST(Spelling, EqualNumbersAreOneDose) {
  for (const char* text : {"0.1", "1e-1", "0.10", ".1", "+0.1", "0.100000", "1E-1"})
    EXPECT_EQ(dose_spelling(text), "0.1") << text;
  EXPECT_EQ(dose_spelling("1.0"), "1");
  EXPECT_EQ(dose_spelling("-0.0"), "0");
  EXPECT_EQ(dose_spelling("10"), "10");
}

TEST(Spelling, NamesThatLookLikeNumbersStay) {
  for (const char* text :
       {"007", "00.5", "nan", "inf", "", "12345678901234567890", "0.1 uM", "1e999", "BR00121482"})
    EXPECT_EQ(dose_spelling(text), text);
}

TEST(Spelling, AColumnIsUnifiedWhereItHasSeveral) {
  std::vector<std::string> mixed = {"0.10", "1e-1", "10.0", "DMSO", ""};
  EXPECT_THAT(unify_numbers(places(mixed)), ElementsAre("0.1 (0.10, 1e-1)"));
  EXPECT_THAT(mixed, ElementsAre("0.1", "0.1", "10.0", "DMSO", ""));  // 10.0 has one spelling, and keeps it
  EXPECT_THAT(unify_numbers(places(mixed)), IsEmpty());
}

TEST(Spelling, ValuesThatDifferInCaseBlanksOrMicroAreFound) {
  EXPECT_THAT(alike_values({"DMSO", "dmso", "taxol", "Nocodazole", "nocodazole "}),
              ElementsAre("DMSO, dmso", "Nocodazole, nocodazole "));
  EXPECT_THAT(alike_values({"1 \xc2\xb5M", "1 \xce\xbcM", "2"}), testing::SizeIs(1));
  EXPECT_THAT(alike_values({"a", "b", "a"}), IsEmpty());
}

TEST(Spelling, MissingWords) {
  for (const char* text : {"", "  ", "NA", "n/a", "NaN", "nan", "<NA>", "#N/A", "NULL"})
    EXPECT_TRUE(is_missing(text)) << text;
  for (const char* text : {"0", "none", "DMSO", "NaCl", "-"}) EXPECT_FALSE(is_missing(text)) << text;
}

TEST(WellName, OneKeyForAllSpellings) {
  for (const char* text : {"A1", "a01", "A01", "A001", " A1 ", "r01c01", "R1C1"})
    EXPECT_EQ(well_key(text), "A01") << text;
  EXPECT_EQ(well_key("r02c11"), "B11");
  EXPECT_EQ(well_key("r27c48"), "AA48");
  EXPECT_EQ(well_key("AF48"), "AF48");
  EXPECT_EQ(well_key("P24"), "P24");
  EXPECT_EQ(well_key("well 7"), "WELL 7");
  EXPECT_NE(well_key("r1c11"), well_key("r11c1"));
}

TEST(WellName, MixedSpellingsBecomeOneAndOneStyleStays) {
  std::vector<std::string> mixed = {"C2", "F03", "G10"}, small = {"a1", "B1", "H12"},
                           plain = {"A1", "A10", "H12"}, padded = {"A01", "A10"}, three = {"A001", "A010"};
  EXPECT_THAT(unify_wells(places(mixed)), testing::SizeIs(1));
  EXPECT_THAT(mixed, ElementsAre("C02", "F03", "G10"));
  EXPECT_THAT(unify_wells(places(small)), testing::SizeIs(1));
  EXPECT_THAT(small, ElementsAre("A01", "B01", "H12"));
  for (auto* same : {&plain, &padded, &three}) {
    const auto before = *same;
    EXPECT_THAT(unify_wells(places(*same)), IsEmpty());
    EXPECT_EQ(*same, before);
  }
}

TEST(WellName, Rows) {
  EXPECT_EQ(row_letters(0), "A");
  EXPECT_EQ(row_letters(25), "Z");
  EXPECT_EQ(row_letters(26), "AA");
  EXPECT_EQ(row_letters(31), "AF");
}

TEST(WellName, PlaceOnThePlate) {
  EXPECT_EQ(place_of_well("A01"), (std::pair<std::size_t, std::size_t>{0, 0}));
  EXPECT_EQ(place_of_well("h12"), (std::pair<std::size_t, std::size_t>{7, 11}));
  EXPECT_EQ(place_of_well("AF48"), (std::pair<std::size_t, std::size_t>{31, 47}));
  EXPECT_EQ(place_of_well("r02c11"), (std::pair<std::size_t, std::size_t>{1, 10}));
  for (const char* other : {"", "A", "12", "A0", "well1", "A1b", "A1234"})
    EXPECT_FALSE(place_of_well(other)) << other;
}

}  // namespace
}  // namespace cytoscale
