#include "core/table/csv_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "core/text/text_file.hpp"
#include "test_support.hpp"

namespace cytoscale {
namespace {

using testing::HasSubstr;

Table by_parts(const std::string& text, std::size_t size) {
  CsvReader reader("t");
  for (std::size_t at = 0; at < text.size(); at += size) reader.add(std::string_view(text).substr(at, size));
  return reader.finish();
}

// Wherever a part ends, within a quote, a line's end or the first line.
TEST(CsvReader, PartsMakeTheSameTable) {
  for (const std::string text :
       {"a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\r\n\r\n1,\n", "a,b\r1,x y\r2,\"q\rr\"\r",
        "sep=;\r\na;b\r\n1;x y\r\n", "\n\n \na\tb\n1\t2", "\"a;b;c\",d\n1,2\n3,\"4\n",
        "a,b\n1\r,2\n\"\",\"\"\"\"\n,\n5\" tube,\"x\"y\n"}) {
    const auto whole = [&]() -> std::string {
      try {
        return csv_text(parse_csv(text, "t"));
      } catch (const Error& error) {
        return error.what();
      }
    }();
    for (std::size_t size = 1; size <= text.size(); ++size) {
      std::string parts;
      try {
        parts = csv_text(by_parts(text, size));
      } catch (const Error& error) {
        parts = error.what();
      }
      EXPECT_EQ(parts, whole) << text << " in parts of " << size;
    }
  }
}

class LargeFile : public testing::Test {
 protected:
  // Of 9 MB, so that it comes in several parts; letters of two bytes lie across their borders, one way or the
  // other.
  std::string text_of(const std::string& shift) const {
    std::string text = "name" + shift + ",place\n";
    for (int i = 0; i < 300'000; ++i)
      text += "\xc3\xa4tz" + std::to_string(i) + ",\xc2\xb5\xe2\x82\xac \xc3\xbc\n";
    return text;
  }
  std::filesystem::path folder = fresh_folder("large_csv");
};

TEST_F(LargeFile, IsReadPartByPart) {
  for (const std::string shift : {"", "x", "xy"}) {
    const auto text = text_of(shift);
    write_file_atomically(folder / "t.csv", text);
    const auto table = read_csv(folder / "t.csv");
    ASSERT_EQ(table.rows.size(), 300'000u);
    EXPECT_EQ(table.rows.at(299'999, 0), "\xc3\xa4tz299999");
    EXPECT_EQ(csv_text(table), text);
    EXPECT_EQ(read_text_file(folder / "t.csv"), text);
  }
}

TEST_F(LargeFile, SaysWhereItStopsBeingUtf8) {
  auto text = text_of("");
  const auto at = text.find("\xc3\xa4tz290000");
  text[at + 1] = 'x';
  write_file_atomically(folder / "t.csv", text);
  EXPECT_THAT(message_of([&] { read_csv(folder / "t.csv"); }),
              testing::AllOf(HasSubstr("t.csv:290002"), HasSubstr("position " + std::to_string(at + 1))));
  text = text_of("");
  text.resize(text.size() - 2);
  text += "\xe2\x82";  // cut short at its end
  write_file_atomically(folder / "t.csv", text);
  EXPECT_THAT(message_of([&] { read_csv(folder / "t.csv"); }), HasSubstr("t.csv:300001"));
}

}  // namespace
}  // namespace cytoscale
