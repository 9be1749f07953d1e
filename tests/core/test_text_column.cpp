#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/table/text_column.hpp"

namespace cytoscale {
namespace {

using testing::ElementsAre;

TEST(TextColumn, GivesBackWhatWasAdded) {
  const std::vector<std::string> texts = {"a", "", "b", "a", std::string("\0x", 2), "", "a"};
  const TextColumn column(texts);
  ASSERT_EQ(column.size(), texts.size());
  EXPECT_EQ(column.texts(), texts);
  EXPECT_THAT(column.codes().texts, ElementsAre("a", "", "b", std::string_view("\0x", 2)));
  EXPECT_EQ(column.codes().of, (Array<std::uint32_t>{0, 1, 2, 0, 3, 1, 0}));
  EXPECT_TRUE(TextColumn().empty());
}

// Names of files, each its own: from some thousand on they are held without numbers.
TEST(TextColumn, ManyDistinctTexts) {
  TextColumn column;
  std::vector<std::string> texts;
  for (int i = 0; i < 30'000; ++i) texts.push_back("plate/r01c02f" + std::to_string(i) + ".tif");
  for (const auto& text : texts) column.push_back(text);
  EXPECT_EQ(column.texts(), texts);
  EXPECT_EQ(column.codes().texts.size(), texts.size());
  EXPECT_EQ(column.codes().of[29'999], 29'999u);
  column.push_back(texts[7]);
  EXPECT_EQ(column.codes().of.back(), 7u);
  EXPECT_LT(column.bytes(), 6u * column.size());
  column.set(3, "another");
  EXPECT_EQ(column[3], "another");
  EXPECT_EQ(column[2], texts[2]);
}

TEST(TextColumn, TextsThatRecurTakeFourBytesARow) {
  TextColumn column;
  for (int i = 0; i < 1'000'000; ++i) column.push_back("compound " + std::to_string(i / 9 % 5000));
  EXPECT_LT(column.bytes(), 5'000'000u);
  EXPECT_EQ(column[999'999], "compound " + std::to_string(999'999 / 9 % 5000));
}

TEST(TextColumn, ChangesEachTextOnceWhereTheyRecur) {
  const TextColumn column({"x", "y", "x", "x"});
  int asked = 0;
  const auto changed = column.changed([&](std::string_view text) {
    ++asked;
    return std::string(text) + "!";
  });
  EXPECT_EQ(asked, 2);
  EXPECT_THAT(changed.texts(), ElementsAre("x!", "y!", "x!", "x!"));
  EXPECT_THAT(column.changed([](auto) { return "same"; }).codes().texts, ElementsAre("same"));
  const std::vector<std::size_t> chosen = {3, 1, 1};
  EXPECT_EQ(column.rows(chosen), TextColumn({"x", "y", "y"}));
}

// By the parts in which it is stored; parts that contradict each other are refused, whichever byte is wrong.
TEST(TextColumn, OfItsParts) {
  std::vector<std::string> names;
  for (int i = 0; i < 9'000; ++i) names.push_back("r01c" + std::to_string(i * 7) + "-ch1.tiff");
  for (const auto& column : {TextColumn({"a", "b", "a"}), TextColumn(names), TextColumn()}) {
    const auto parts = column.parts();
    EXPECT_EQ(TextColumn::of_parts(parts, "f"), column);
    auto other = parts;
    other.rows += 1;
    EXPECT_THROW(TextColumn::of_parts(other, "f"), Error);
    for (std::size_t at = 0; at < std::min<std::size_t>(parts.bytes.size(), 200); ++at) {
      auto wrong = parts;
      wrong.bytes.own()[at] = static_cast<char>(wrong.bytes[at] ^ 0x55);
      try {
        TextColumn::of_parts(wrong, "f").texts();  // whatever they are, none lies outside
      } catch (const Error&) {
      }
    }
    if (parts.codes.empty()) continue;
    auto beyond = parts;
    beyond.codes.own()[0] = 9;
    EXPECT_THROW(TextColumn::of_parts(beyond, "f"), Error);
  }
}

TEST(TextColumn, WhereAndCopies) {
  TextColumn column({"x", "y", "x"});
  EXPECT_EQ(column.where([](auto text) { return text == "x"; }), (std::vector<char>{1, 0, 1}));
  const auto copy = column;
  column.set(1, "z");
  column.push_back("w");
  EXPECT_THAT(copy.texts(), ElementsAre("x", "y", "x"));
  EXPECT_THAT(column.texts(), ElementsAre("x", "z", "x", "w"));
  EXPECT_THAT(column.codes().texts, ElementsAre("x", "z", "w")) << "y is in no row any more";
  EXPECT_EQ(column.codes().of, (Array<std::uint32_t>{0, 1, 0, 2}));
  EXPECT_FALSE(column.contains("y"));
  EXPECT_THAT(TextColumn(3, "t").texts(), ElementsAre("t", "t", "t"));
}

}  // namespace
}  // namespace cytoscale
