// In every build: the seeds are read, and what the fuzzers once found, crafted/TARGET/*, is a result or an
// Error.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/system/files.hpp"
#include "target.hpp"

namespace cytoscale::fuzz {
namespace {

class Regression : public testing::TestWithParam<const char*> {};

TEST_P(Regression, SeedsAreRead) {
  const auto& reader = target(GetParam());
  const auto seeds = reader.seeds();
  EXPECT_FALSE(seeds.empty());
  for (const auto& seed : seeds) EXPECT_TRUE(accepts(reader, seed.bytes)) << seed.name;
}

// A finding that returns ends the whole program: the line before tells which.
TEST_P(Regression, FindingsAreResultsOrErrors) {
  const auto& reader = target(GetParam());
  const auto folder =
      std::filesystem::path(std::getenv("CYTOSCALE_SOURCE_DIR")) / "tests/fuzz/crafted" / GetParam();
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "nothing was found in this reader yet";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::fprintf(stderr, "reading %s\n", entry.path().c_str());
    accepts(reader, read_file(entry.path()));
  }
}

// Damage of every kind, without a fuzzer: cut short at each of many places, and each of many bytes flipped.
TEST_P(Regression, DamagedSeedsAreResultsOrErrors) {
  const auto& reader = target(GetParam());
  for (const auto& seed : reader.seeds()) {
    const std::size_t step = std::max<std::size_t>(1, seed.bytes.size() / 60);
    for (std::size_t at = 0; at < seed.bytes.size(); at += step) {
      accepts(reader, std::string_view(seed.bytes).substr(0, at));
      std::string flipped = seed.bytes;
      flipped[at] = static_cast<char>(~flipped[at]);
      accepts(reader, flipped);
    }
  }
}

std::vector<const char*> names() {
  std::vector<const char*> all;
  for (const auto& each : targets()) all.push_back(each.name);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Readers, Regression, testing::ValuesIn(names()),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace cytoscale::fuzz
