#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/table/csv.hpp"
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

TEST(Csv, QuotesOpenAtTheStartOfAValueOnly) {
  const auto table = parse_csv("a,b,c,d\n5\" tube,\"x\"y,\"\",\"\"\"\"\n", "t");
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"5\" tube", "xy", "", "\""}));
  EXPECT_EQ(parse_csv("a,b\r\n1\r,2", "t").rows[0], (std::vector<std::string>{"1", "2"}));
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

TEST(Csv, AFileThatIsNotUtf8IsRefusedWithItsLine) {
  const auto path = fresh_folder("csv_utf8") / "screen.csv";
  const auto refusal = [&](const std::string& text) {
    write_file_atomically(path, text);
    return message_of([&] { read_csv(path); });
  };
  // Windows-1252, overlong, a surrogate, beyond U+10FFFF, cut short.
  for (const char* wrong :
       {"5-\xc4tz \xb5M", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    const auto said = refusal(std::string("a,b\n1,2\n3,") + wrong);
    EXPECT_NE(said.find("screen.csv:3"), std::string::npos) << said;
    EXPECT_NE(said.find("UTF-8"), std::string::npos);
  }
  EXPECT_EQ(refusal("a,b\n\xc3\x84tz \xc2\xb5M,\xe2\x82\xac\xf0\x9f\x94\xac\n"), "no error");
}

TEST(Csv, AnySeparatorAndAnyLineEnd) {
  for (const std::string text :
       {"a,b\n1,x y\n", "a;b\n1;x y\n", "a\tb\r\n1\tx y\r\n", "a,b\r1,x y\r", "sep=;\r\na;b\r\n1;x y\r\n",
        "sep=|\na|b\n1|x y\n", " a , b \n 1 ,\xc2\xa0x y\xc2\xa0\n,\n", "\"a\";\"b\"\n1;\"x y\"\n"}) {
    const auto table = parse_csv(text, "t");
    EXPECT_EQ(table.columns, (std::vector<std::string>{"a", "b"})) << text;
    ASSERT_EQ(table.rows.size(), 1u) << text;
    EXPECT_EQ(table.rows[0], (std::vector<std::string>{"1", "x y"})) << text;
  }
  // The header decides: values may hold the others.
  EXPECT_EQ(parse_csv("a,b\n1;2,3\n", "t").rows[0][0], "1;2");
  EXPECT_EQ(parse_csv("a\tb\n1,5\t2;3\n", "t").rows[0][1], "2;3");
  EXPECT_EQ(parse_csv("\"a;b;c\",d\n1,2\n", "t").columns[0], "a;b;c");
}

TEST(Csv, DecimalCommasWhereSemicolonsSeparate) {
  const auto table = parse_csv("a;b;c\n0,5;1,2;x,y\n1;2,3,4;\n", "t");
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"0.5", "1,2", "x,y"}));
  EXPECT_EQ(table.rows[1][0], "1");
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
