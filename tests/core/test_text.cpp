#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale {
namespace {

TEST(Text, NaturalOrder) {
  EXPECT_TRUE(natural_less("A2", "A10"));
  EXPECT_FALSE(natural_less("A10", "A2"));
  EXPECT_TRUE(natural_less("A01", "B01"));
  EXPECT_TRUE(natural_less("Week1_2", "Week1_10"));
  EXPECT_TRUE(natural_less("1", "01") != natural_less("01", "1"));  // still a strict order
  EXPECT_FALSE(natural_less("x", "x"));
}

TEST(Text, NumbersReadBackAndRefuseJunk) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(3.0), "3");
  EXPECT_EQ(*to_number(" 1e-3 "), 0.001);
  EXPECT_FALSE(to_number("1,5"));
  EXPECT_FALSE(to_number(""));
  EXPECT_FALSE(to_number("3px"));
}

TEST(Text, ListsKeepQuotedCommas) {
  EXPECT_EQ(split_list("a, \"b, c\" ,d"), (std::vector<std::string>{"a", "b, c", "d"}));
  EXPECT_TRUE(split_list("  ").empty());
}

TEST(Text, SomeOfALongList) {
  EXPECT_EQ(join_some({"a", "b", "c"}, 3), "a, b, c");
  EXPECT_EQ(join_some({"a", "b", "c"}, 2, "; "), "a; b; …");
}

TEST(Text, NearestWordSuggestsTyposOnly) {
  EXPECT_EQ(nearest_word("treatmnet", {"seed", "treatment"}), "treatment");
  EXPECT_FALSE(nearest_word("zzzz", {"seed", "treatment"}));
}

TEST(Text, AnErrorEndsWithOneMark) {
  EXPECT_STREQ(Error("no job 'trian'", "here", "Did you mean 'train'?").what(),
               "here: no job 'trian'. Did you mean 'train'?");
}

TEST(Text, ForPeople) {
  EXPECT_EQ(count_text(1234567), "1,234,567");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(duration_text(125), "2 min 05 s");
}

}  // namespace
}  // namespace cytoscale
