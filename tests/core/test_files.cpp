#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/system/files.hpp"
#include "test_support.hpp"

namespace cytoscale {
namespace {

TEST(Files, AtomicWriteLeavesNoPartBehind) {
  const auto folder = fresh_folder("atomic");
  const auto file = folder / "deep" / "a.txt";
  write_file_atomically(file, "one");
  EXPECT_THROW(replace_atomically(file, [](const auto&) { throw Error("stop"); }), Error);
  EXPECT_EQ(read_file(file), "one");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "deep"), {}), 1);
}

TEST(Files, ErrorsNameTheFile) {
  try {
    read_file("no/such/file.csv");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("no/such/file.csv"), std::string::npos);
  }
  EXPECT_THROW(read_file("/"), Error);
}

TEST(Files, ADiskWithTooLittleRoomIsRefused) {
  const auto folder = testing::TempDir();
  check_room(folder, 1, "the crop store", "Make room");
  EXPECT_THAT([&] { check_room(folder, 1e18, "the crop store", "Make room"); },
              testing::ThrowsMessage<Error>(testing::AllOf(testing::HasSubstr("the crop store takes "),
                                                           testing::HasSubstr(folder),
                                                           testing::HasSubstr("Make room"))));
}

TEST(Fingerprint, TellsContentApart) {
  EXPECT_NE(Fingerprint().add("ab").add("c").text(), Fingerprint().add("a").add("bc").text());
  EXPECT_EQ(Fingerprint().add("ab").text(), Fingerprint().add("ab").text());
}

}  // namespace
}  // namespace cytoscale
