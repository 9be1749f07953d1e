#include <gtest/gtest.h>

#include <ctime>
#include <limits>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/text/whole_number.hpp"

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

// A damaged config or header may hold a word of any length: it was compared letter by letter.
TEST(Text, NearestWordOfALongWordTakesNoTime) {
  const std::vector<std::string> known(500, std::string(30, 'x'));
  const auto begin = std::clock();
  EXPECT_FALSE(nearest_word(std::string(10'000'000, 'x'), known));
  EXPECT_LT(std::clock() - begin, CLOCKS_PER_SEC);
}

TEST(Text, WholeNumbersAreThoseInTheRange) {
  EXPECT_EQ(to_whole_number("3", 0, 10), 3);
  EXPECT_EQ(to_whole_number(" 1e1 ", 0, 10), 10);
  EXPECT_EQ(to_whole_number("-2.0", -2, 10), -2);
  for (const char* refused : {"", "x", "1.5", "11", "-1", "nan", "inf", "1e300", "-1e300"})
    EXPECT_FALSE(to_whole_number(refused, 0, 10)) << refused;
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(to_whole_number("9007199254740992", 0, most), std::int64_t{1} << 53);
  EXPECT_FALSE(to_whole_number("9223372036854775807", 0, most));
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
