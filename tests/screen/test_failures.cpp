#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/table/csv.hpp"
#include "screen/failures.hpp"
#include "test_support.hpp"

namespace cytoscale::screen {
namespace {

TEST(Failures, LimitIsACountOrAPercentageOfAtLeastOne) {
  EXPECT_EQ(failure_limit("1%", 48), 1u);
  EXPECT_EQ(failure_limit("1%", 1000), 10u);
  EXPECT_EQ(failure_limit("0%", 1000), 0u);
  EXPECT_EQ(failure_limit("3", 1000), 3u);
  EXPECT_GE(failure_limit("1e300", 1000), 1000u);
  for (const char* bad : {"", "x", "-1", "1.5", "101%", "%"})
    EXPECT_THROW(failure_limit(bad, 10), Error) << bad;
}

Screen three_wells() {
  Screen screen;
  screen.channels = {"DNA"};
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  for (const char* well : {"A1", "A2", "A3"})
    screen.fields.push_back({"P", well, "1", {"P", well, "1"}, {{"x.tif", 0}}});
  return screen;
}

TEST(Failures, AJobsListIsSortedAndHasAFieldOnce) {
  const auto file = fresh_folder("failures") / "failures.csv";
  const std::vector<FieldFailure> failures{{FieldId(2), "c.tif", "truncated, \"badly\""},
                                           {FieldId(0), "a.tif", "missing"},
                                           {FieldId(0), "a2.tif", "x"}};
  write_job_failures(file, "segment", three_wells(), unpack_failures(pack(failures)));
  const auto list = read_csv(job_failures(file, "segment"));
  ASSERT_EQ(list.rows.size(), 2u);
  EXPECT_EQ(list.rows[0], (std::vector<std::string>{"P", "A1", "1", "a.tif", "missing"}));
  EXPECT_EQ(list.rows[1].back(), "truncated, \"badly\"");
  EXPECT_EQ(read_csv(file).rows, list.rows);
}

TEST(Failures, TheUnionHasEachFieldOnceAndForgetsWhatWasMended) {
  const auto file = fresh_folder("failures") / "failures.csv";
  write_job_failures(file, "segment", three_wells(), {{FieldId(2), "c.tif", "missing"}});
  write_job_failures(file, "embed", three_wells(),
                     {{FieldId(2), "c.tif", "missing"}, {FieldId(1), "b.tif", "truncated"}});
  const auto both = read_csv(file);
  ASSERT_EQ(both.rows.size(), 2u);
  EXPECT_EQ(both.rows[0][1], "A2");
  EXPECT_EQ(both.rows[1][1], "A3");
  write_job_failures(file, "embed", three_wells(), {});
  EXPECT_FALSE(std::filesystem::exists(job_failures(file, "embed")));
  EXPECT_EQ(read_csv(file).rows.size(), 1u);
}

}  // namespace
}  // namespace cytoscale::screen
