// The forms in which a job's manual is shown: page, man page, Markdown, completion.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/completion.hpp"
#include "cli/manual_page.hpp"
#include "cli/markdown_page.hpp"
#include "cli/roff_page.hpp"
#include "core/text/display_width.hpp"

namespace cytoscale::cli {
namespace {
using testing::HasSubstr;
using testing::Not;

class FormsTest : public testing::Test {
 protected:
  FormsTest() {
    options_.group("First");
    options_.add("file", file_, "what is read; 'quoted' [and] more: said");
    options_.group("Second");
    options_.add_choice(
        "how", {"slow", "fast"}, "speed", [](const auto&) {}, [] { return "slow"; });
    options_.group("First");
    options_.add("flag", flag_, "it's on");
    std::vector<std::string> many;
    for (int i = 0; i < 12; ++i) many.push_back("long_word_" + std::to_string(i));
    options_.add_choice(
        "many", many, "one of many", [](const auto&) {}, [] { return "long_word_1"; });
  }
  const JobText job_{"look", "looks at things",
                     "Text with a_b and *stars*.\n.dot first\n\n  cytoscale look \\n --at\n"};
  OptionSet options_;
  std::filesystem::path file_;
  bool flag_ = false;
};

TEST_F(FormsTest, EachGroupStandsOnceAndNoLineIsWiderThanThePage) {
  const auto page = manual_page(job_, options_);
  EXPECT_THAT(page, HasSubstr("\nFirst\n  --file FILE\n"));
  EXPECT_EQ(page.find("\nFirst\n"), page.rfind("\nFirst\n"));
  EXPECT_LT(page.find("--flag"), page.find("\nSecond\n"));
  EXPECT_THAT(page, HasSubstr("\n  --many WORD\n"));
  EXPECT_THAT(page, HasSubstr("long_word_11 [long_word_1]"));
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), page_width) << line;
}

TEST_F(FormsTest, RoffTakesTextForText) {
  const auto page = roff_page(job_, options_, "1.2");
  EXPECT_THAT(page, HasSubstr(".TH \"CYTOSCALE\\-LOOK\" \"1\""));
  EXPECT_THAT(page, HasSubstr("cytoscale look \\en \\-\\-at"));
  EXPECT_THAT(page, HasSubstr("\\(aqquoted\\(aq"));
  EXPECT_THAT(page, Not(HasSubstr("\n.dot")));
}

TEST_F(FormsTest, MarkdownKeepsUnderscoresAndBars) {
  const auto page = markdown_page(job_, options_);
  EXPECT_THAT(page, HasSubstr("a\\_b and \\*stars\\*"));
  EXPECT_THAT(page, HasSubstr("| `--how slow\\|fast` | speed [slow] |"));
}

TEST_F(FormsTest, CompletionOffersWordsAndFiles) {
  const std::vector<JobOptions> jobs = {{job_, options_}};
  const auto bash = completion_script(Shell::bash, jobs);
  EXPECT_THAT(bash, HasSubstr("--config|--file) _cytoscale_files"));
  EXPECT_THAT(bash, HasSubstr("--how) words='slow fast'"));
  EXPECT_THAT(completion_script(Shell::zsh, jobs), HasSubstr("'--how=[speed]:slow|fast:(slow fast)'"));
  EXPECT_THAT(completion_script(Shell::fish, jobs), HasSubstr("-l flag -d 'it\\'s on'\n"));
}

}  // namespace
}  // namespace cytoscale::cli
