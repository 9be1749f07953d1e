#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/text/csv.hpp"
#include "test_support.hpp"

namespace cytoscale {
namespace {

std::string error_of(const std::string& text) {
  return message_of([&] { parse_csv(text, "screen.csv"); });
}

TEST(Csv, ReadsQuotesNewlinesAndCrlf) {
  const auto table = parse_csv(
      "\xef\xbb\xbf"
      "a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\r\n\r\n1,\n",
      "t");
  ASSERT_EQ(table.columns, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0][0], "x, \"y\"");
  EXPECT_EQ(table.rows[0][1], "two\nlines");
  EXPECT_EQ(table.rows[1][1], "");
}

TEST(Csv, WritesWhatItReads) {
  const Table table{{"a", "b"}, {{"x,y", "q\"q"}, {"", "line\nbreak"}}};
  const auto again = parse_csv(csv_text(table), "t");
  EXPECT_EQ(again.columns, table.columns);
  EXPECT_EQ(again.rows, table.rows);
}

TEST(Csv, ErrorsNameFileAndLine) {
  EXPECT_NE(error_of("a,b\n1,2\n3\n").find("screen.csv:3"), std::string::npos);
  EXPECT_NE(error_of("a,a\n").find("'a' occurs twice"), std::string::npos);
  EXPECT_NE(error_of("a\n\"x\n").find("never closed"), std::string::npos);
  EXPECT_NE(error_of("").find("empty"), std::string::npos);
}

TEST(Csv, MissingColumnSuggestsTheNearest) {
  const Table table{{"Metadata_Plate", "Metadata_Well"}, {}};
  try {
    table.column("Metadata_plate", "screen.csv");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("Did you mean 'Metadata_Plate'"), std::string::npos);
  }
}

}  // namespace
}  // namespace cytoscale
