#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/text/csv.hpp"
#include "screen/failures.hpp"
#include "test_support.hpp"

namespace cytoscale::screen {
namespace {

TEST(Failures, LimitIsACountOrAPercentageOfAtLeastOne) {
  EXPECT_EQ(failure_limit("1%", 48), 1u);
  EXPECT_EQ(failure_limit("1%", 1000), 10u);
  EXPECT_EQ(failure_limit("0%", 1000), 0u);
  EXPECT_EQ(failure_limit("3", 1000), 3u);
  for (const char* bad : {"", "x", "-1", "1.5", "101%", "%"})
    EXPECT_THROW(failure_limit(bad, 10), Error) << bad;
}

TEST(Failures, WrittenSortedOnceAFieldAndReadAgain) {
  Screen screen;
  screen.channels = {"DNA"};
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  for (const char* well : {"A1", "A2", "A3"})
    screen.fields.push_back({"P", well, "1", {"P", well, "1"}, {{"x.tif", 0}}});
  const auto file = fresh_folder("failures") / "failures.csv";
  const std::vector<FieldFailure> failures{
      {2, "c.tif", "truncated, \"badly\""}, {0, "a.tif", "missing"}, {0, "a2.tif", "x"}};
  write_failures(file, screen, unpack_failures(pack(failures)));
  const auto again = read_failures(file, screen);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[0].field, 0u);
  EXPECT_EQ(again[1].reason, "truncated, \"badly\"");
  EXPECT_TRUE(read_failures(file.parent_path() / "none.csv", screen).empty());
}

}  // namespace
}  // namespace cytoscale::screen
