#include "cli/manual_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"

namespace cytoscale::cli {
namespace {

TEST(Manual, IsASummaryAndADescription) {
  const auto text = read_manual("look", "looks\n\nOne.\n\n  cytoscale look\n");
  EXPECT_EQ(text.name, "look");
  EXPECT_EQ(text.summary, "looks");
  EXPECT_EQ(text.description, "One.\n\n  cytoscale look\n");
  for (const std::string bad : {"", "looks", "looks\nOne.\n\nTwo.", "\n\nOne."})
    EXPECT_THROW(read_manual("look", bad), Error) << bad;
}

// Lines of a paragraph are one text; an example ends it and stays as it is.
TEST(Manual, LinesOfAParagraphAreWrappedTogether) {
  const std::string words(60, 'x');
  const auto page = manual_page(
      {"look", "looks", words + "\n" + words + "\nend:\n  cytoscale look   --at this\n\nLast\nline."}, {});
  EXPECT_THAT(page, testing::HasSubstr("DESCRIPTION\n  " + words + "\n  " + words +
                                       " end:\n    cytoscale look   --at this\n\n  Last line.\n\nOPTIONS"));
}

}  // namespace
}  // namespace cytoscale::cli
