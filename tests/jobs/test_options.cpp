#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "jobs/options.hpp"
#include "jobs/registry.hpp"

namespace cytoscale {
namespace {

TEST(Options, ValuesAreCheckedAndKeptAsText) {
  OptionSet options;
  int count = 3;
  double rate = 0.1;
  bool flag = false;
  std::vector<std::string> list{"a", "b, c"};
  options.add("count", count, "");
  options.add("rate", rate, "");
  options.add("flag", flag, "");
  options.add("list", list, "");
  EXPECT_EQ(options.to_json()["list"], "a,\"b, c\"");
  options.assign({{"count", "7"}, {"flag", "yes"}, {"list", "x,y"}, {"unknown", "ignored"}});
  EXPECT_EQ(count, 7);
  EXPECT_TRUE(flag);
  EXPECT_EQ(list.size(), 2u);
  EXPECT_EQ(options.to_json()["rate"], "0.1");
  for (const auto& [key, bad] : std::map<std::string, std::string>{
           {"count", "7.5"}, {"rate", "fast"}, {"flag", "perhaps"}, {"count ", "99999999999"}}) {
    const std::map<std::string, std::string> values{{key == "count " ? "count" : key, bad}};
    EXPECT_THROW(options.assign(values), Error) << bad;
    std::vector<std::string> problems;
    options.assign(values, &problems);
    EXPECT_EQ(problems.size(), 1u) << bad;
  }
}

TEST(Options, EveryJobSaysWhatItDoesAndDeclaresEachKeyOnce) {
  for (const auto& job : all_jobs()) {
    OptionSet options;
    job->declare(options);
    EXPECT_FALSE(job->summary().empty());
    EXPECT_GT(job->description().size(), 100u) << job->name();
    for (const auto& option : options.options()) {
      EXPECT_FALSE(option.help.empty()) << job->name() << " --" << option.key;
      EXPECT_EQ(&option, options.find(option.key)) << job->name() << " declares --" << option.key << " twice";
    }
  }
}

}  // namespace
}  // namespace cytoscale
