#include "report/text_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "core/text/display_width.hpp"

namespace cytoscale::report {
namespace {
using testing::HasSubstr;
using testing::Not;
using Rows = std::vector<std::vector<std::string>>;

std::size_t widest(const std::string& page) {
  std::istringstream lines(page);
  std::size_t width = 0;
  for (std::string line; std::getline(lines, line);) width = std::max(width, display_width(line));
  return width;
}

TEST(TextTable, ColumnsAreAlignedByWhatIsShownAndAbsentOnesLeftOut) {
  EXPECT_EQ(aligned({{"profiles", "Z′", "none"}, {"a", "0.5", absent}, {"longer", absent, absent}}),
            "profiles  Z′\n"
            "-------------\n"
            "a         0.5\n"
            "longer    -\n");
}

// As of `run --compare-untrained`: two rows of eight figures with intervals.
TEST(TextTable, ATableThatIsTooWideIsTransposed) {
  const std::string score = "95/103 (92.2 %) [86.4, 97.1]";
  const auto page = aligned({{"profiles", "wells", "NSC", "NSCB disjoint", "replicates"},
                             {"trained", "384", score, score, score},
                             {"untrained", "384", score, score, score}});
  EXPECT_LE(widest(page), table_width) << page;
  EXPECT_THAT(page, HasSubstr("profiles       trained                       untrained\n"));
  EXPECT_THAT(page, HasSubstr("\nNSCB disjoint  " + score + "  " + score + "\n"));
}

TEST(TextTable, WhatIsTooWideBothWaysIsCutWithItsKeysRepeated) {
  const std::string score = "95/103 (92.2 %) [86.4, 97.1]";
  Rows rows = {{"layer", "normalize", "NSC", "NSCB joined", "replicates", "Z'"}};
  for (int i = 0; i < 10; ++i)
    rows.push_back({"conv" + std::to_string(i), "tvn", score, score, score, "0.5"});
  const auto page = aligned(rows, 2);
  EXPECT_LE(widest(page), table_width) << page;
  EXPECT_THAT(page, HasSubstr("layer  normalize  NSC"));
  EXPECT_THAT(page, HasSubstr("\n\nlayer  normalize  replicates"));
  EXPECT_THAT(page, HasSubstr("conv9  tvn        " + score + "  0.5\n")) << "columns are filled up";
}

evaluate::Confusion confusion_with(std::size_t classes) {
  evaluate::Confusion confusion;
  for (std::size_t i = 0; i < classes; ++i) {
    confusion.classes.push_back("class" + std::to_string(i));
    confusion.counts.emplace_back(classes + 1, 0);
    confusion.counts[i][i] = 7;
  }
  return confusion;
}

TEST(TextTable, AConfusionGridFitsOrBecomesAList) {
  auto few = confusion_with(12);
  EXPECT_THAT(confusion_grid(few, "NSC", "rows are true"), HasSubstr("NSC: rows are true\n"));
  EXPECT_LE(widest(confusion_grid(few, "NSC", "rows are true")), table_width);
  auto many = confusion_with(40);
  many.counts[3][5] = 2;
  many.counts[8][9] = 4;
  many.counts[1][40] = 1;
  const auto page = confusion_grid(many, "NSC", "rows are true");
  EXPECT_LE(widest(page), table_width) << page;
  EXPECT_THAT(page,
              HasSubstr("4      class8      class9\n2      class3      class5\n1      class1      none\n"));
  EXPECT_THAT(page, Not(HasSubstr("class7")));
  for (std::size_t i = 0; i < 40; ++i) many.counts[i][(i + 1) % 40] = 1;
  EXPECT_THAT(confusion_grid(many, "NSC", ""), HasSubstr("more; metrics.json has them all\n"));
}

}  // namespace
}  // namespace cytoscale::report
