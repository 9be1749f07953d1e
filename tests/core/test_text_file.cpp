#include <gmock/gmock.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "core/text/gzip.hpp"
#include "core/text/text_file.hpp"
#include "test_support.hpp"

namespace cytoscale {
namespace {
using testing::AllOf;
using testing::HasSubstr;

std::string utf16(const std::string& ascii, bool little_endian) {
  std::string bytes;
  for (const char c : ascii) bytes += little_endian ? std::string{c, 0} : std::string{0, c};
  return bytes;
}

std::string refusal(const std::string& bytes) {
  return message_of([&] { text_of_bytes(bytes, "screen.csv"); });
}

// Two members, as `cat a.gz b.gz` makes.
const std::string zipped(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\xd4\x49\xe2\x32\xd4\x31\xe2\x02\x00\x7b\x07\x97\x0a\x08\x00"
    "\x00\x00\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x33\xd6\x31\xe1\x02\x00\x3e\x2d\x72\xa9\x04\x00\x00"
    "\x00",
    52);

TEST(TextFile, Utf16IsDecodedWithOrWithoutItsMark) {
  const std::string text = "Plate,Well\nP1,A01\n";
  EXPECT_EQ(text_of_bytes("\xff\xfe" + utf16(text, true), "t"), text);
  EXPECT_EQ(text_of_bytes("\xfe\xff" + utf16(text, false), "t"), text);
  EXPECT_EQ(text_of_bytes(utf16(text, true), "t"), text);
  EXPECT_EQ(text_of_bytes(utf16(text, false), "t"), text);
  // µ, €, and a pair of surrogates.
  EXPECT_EQ(text_of_bytes(std::string("\xff\xfe\xb5\x00\xac\x20\x3d\xd8\x2c\xdd", 10), "t"),
            "\xc2\xb5\xe2\x82\xac\xf0\x9f\x94\xac");
}

TEST(TextFile, Utf16ThatIsCutShortIsRefusedWithItsLine) {
  EXPECT_THAT(refusal("\xff\xfe" + utf16("a\nb", true) + "c"), HasSubstr("screen.csv:2"));
  EXPECT_THAT(refusal(std::string("\xff\xfe\x3d\xd8\x41\x00", 6)), HasSubstr("UTF-16"));
  EXPECT_THAT(refusal(std::string("\xff\xfe\x2c\xdd\x41\x00", 6)), HasSubstr("UTF-16"));
}

TEST(TextFile, AByteThatIsNotUtf8IsNamedWithLineAndPlace) {
  EXPECT_THAT(refusal("a,b\n1,2\n3,\xb5M\n"), AllOf(HasSubstr("screen.csv:3"), HasSubstr("0xb5"),
                                                    HasSubstr("position 11"), HasSubstr("Save as UTF-8")));
  EXPECT_THAT(refusal("a,b\r1,\xb5"), HasSubstr("screen.csv:2"));
  EXPECT_THAT(refusal(std::string("a,b\n1,\0", 7)), HasSubstr("0x00"));
  EXPECT_EQ(text_of_bytes("\xef\xbb\xbf\xc2\xb5", "t"), "\xc2\xb5");
}

TEST(TextFile, GzipIsUnpacked) {
  const auto path = fresh_folder("gzip") / "table.csv.gz";
  write_file_atomically(path, zipped);
  EXPECT_EQ(read_text_file(path), "a,b\n1,2\n3,4\n");
  EXPECT_EQ(read_csv(path).rows.size(), 2u);
  for (const std::size_t length : {2u, 9u, 15u, 22u, 40u})
    EXPECT_THAT(refusal(zipped.substr(0, length)), HasSubstr("cut short or damaged")) << length;
  auto damaged = zipped;
  damaged[14] = static_cast<char>(damaged[14] ^ 0x55);
  EXPECT_THAT(refusal(damaged), HasSubstr("damaged"));
}

TEST(TextFile, WhatIsNoTextIsCalledByItsName) {
  EXPECT_THAT(refusal("PAR1\x15\x04"), AllOf(HasSubstr("this is a Parquet file"), HasSubstr("to_csv")));
  EXPECT_THAT(refusal("PK\x03\x04zip"), HasSubstr("Excel"));
  EXPECT_THAT(refusal("SQLite format 3"), HasSubstr("SQLite"));
  EXPECT_THAT(refusal("\x89HDF\r\n"), HasSubstr("HDF5"));
}

}  // namespace
}  // namespace cytoscale
