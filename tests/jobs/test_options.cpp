#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "cli/options.hpp"
#include "core/error.hpp"
#include "jobs/registry.hpp"

namespace cytoscale::jobs {
namespace {

TEST(Options, ValuesAreCheckedAndKeptAsText) {
  cli::OptionSet options;
  int count = 3;
  double rate = 0.1;
  bool flag = false;
  std::vector<std::string> list{"a", "b, c"};
  options.add("count", count, "");
  options.add("rate", rate, "");
  options.add("flag", flag, "");
  options.add("list", list, "");
  EXPECT_EQ(options.to_json({cli::OptionKind::result})["list"], "a,\"b, c\"");
  options.assign({{"count", "7"}, {"flag", "yes"}, {"list", "x,y"}, {"unknown", "ignored"}});
  EXPECT_EQ(count, 7);
  EXPECT_TRUE(flag);
  EXPECT_EQ(list.size(), 2u);
  EXPECT_EQ(options.to_json({cli::OptionKind::result})["rate"], "0.1");
  for (const auto& [key, bad] : std::map<std::string, std::string>{
           {"count", "7.5"}, {"rate", "fast"}, {"flag", "perhaps"}, {"count ", "99999999999"}}) {
    const std::map<std::string, std::string> values{{key == "count " ? "count" : key, bad}};
    EXPECT_THROW(options.assign(values), Error) << bad;
    std::vector<std::string> problems;
    options.assign(values, &problems);
    EXPECT_EQ(problems.size(), 1u) << bad;
  }
}

// One config serves all jobs: what is a count to one must not be the place of a file to another.
TEST(Options, AKeyIsOfOneKindInAllJobs) {
  std::map<std::string, std::pair<std::string, bool>> first;
  for (const auto& job : all_jobs()) {
    const auto& options = job->options();
    for (const auto& option : options.options()) {
      const bool number = option.value_name == "N";
      const auto [known, is_new] = first.try_emplace(option.key, job->name(), number);
      EXPECT_EQ(known->second.second, number)
          << "--" << option.key << " of " << known->second.first << " and of " << job->name();
    }
  }
}

// A stamp tells whether a stage is complete by what the registry says: a file must be an input or output, or
// be named as neither.
TEST(Options, KindsDecideWhatIsStored) {
  cli::OptionSet options;
  std::filesystem::path in, out;
  int threads = 1, size = 2;
  options.add("in", in, "");
  options.add("out", out, "").output();
  options.add("threads", threads, "").resource();
  options.add("size", size, "");
  options.assign({{"in", "a"}, {"out", "b"}});
  EXPECT_EQ(options.to_json({cli::OptionKind::result}), (nlohmann::json{{"size", "2"}}));
  EXPECT_EQ(options.files(cli::OptionKind::input).at(0).second, cli::Paths{"a"});
  EXPECT_EQ(options.files(cli::OptionKind::output).at(0).second, cli::Paths{"b"});
  EXPECT_THROW(options.assign({{"out", "-"}}), Error);
}

TEST(Options, EveryJobSaysWhatItDoesAndDeclaresEachKeyOnce) {
  for (const auto& job : all_jobs()) {
    const auto& options = job->options();
    EXPECT_FALSE(job->text().summary.empty());
    EXPECT_GT(job->text().description.size(), 100u) << job->name();
    for (const auto& option : options.options()) {
      EXPECT_FALSE(option.help.empty()) << job->name() << " --" << option.key;
      EXPECT_EQ(&option, options.find(option.key)) << job->name() << " declares --" << option.key << " twice";
    }
  }
}

}  // namespace
}  // namespace cytoscale::jobs
