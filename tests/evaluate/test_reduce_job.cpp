// `cytoscale reduce` as a program: the same bytes for 1, 2 and 4 ranks, and bad input. The oracle table
// through it: bbbc021_oracle.py.
#include <gtest/gtest.h>

#include "../profile/embedding_sample.hpp"
#include "core/system/files.hpp"
#include "profile/profile_table.hpp"
#include "test_support.hpp"

namespace cytoscale::evaluate {
namespace {

TEST(ReduceJob, SameBytesForAnyNumberOfRanks) {
  const auto folder = fresh_folder("reduce_job");
  const auto embeddings = folder / "embeddings.h5ad";
  profile::write_sample(world(), embeddings);
  for (const int ranks : {0, 1, 2, 4}) {
    const auto output = folder / ("ranks" + std::to_string(ranks));
    const auto result = run_program({"reduce", "--output", output.string(), "--embeddings",
                                     embeddings.string(), "--reduce-normalize", "tvn", "--lambda", "0.5"},
                                    ranks);
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_NE(result.errors.find("1 wells have no cells and are left out: plate P1, well A05"),
              std::string::npos);
    for (const char* file :
         {"wells.h5ad", "profiles.h5ad", "profiles.csv", "treatments.h5ad", "treatments.csv"}) {
      EXPECT_EQ(read_file(output / file), read_file(folder / "ranks0" / file))
          << file << " with " << ranks << " ranks";
    }
  }
  const auto before = profile::read_profiles(folder / "ranks2" / "wells.h5ad");
  EXPECT_EQ(before.features[0], "net_conv4a_0");
  EXPECT_EQ(before.layers, std::vector<std::string>(profile::sample_features, "conv4a"));
  const auto wells = profile::read_profiles(folder / "ranks2" / "profiles.h5ad");
  EXPECT_EQ(wells.size(), 11u);
  EXPECT_EQ(wells.features[0], "tvn_0");
  const auto treatments = profile::read_profiles(folder / "ranks4" / "treatments.csv");
  EXPECT_EQ(treatments.size(), 4u);  // DMSO, a, b, c
}

TEST(ReduceJob, BadInputEndsWithOneMessage) {
  const auto folder = fresh_folder("reduce_bad");
  const auto embeddings = (folder / "embeddings.h5ad").string();
  profile::write_sample(world(), embeddings);
  int ranks = 2;
  const auto fails = [&](std::vector<std::string> arguments, const std::string& part) {
    arguments.insert(arguments.begin(), "reduce");
    const auto result = run_program(arguments, ranks);
    EXPECT_EQ(result.exit_code, 2) << part;
    EXPECT_NE(result.errors.find(part), std::string::npos) << result.errors;
    EXPECT_TRUE(ended_at_once(result, ranks)) << result.seconds << " s with " << ranks << " ranks";
    ranks = 0;  // the others alone, to save time
  };
  const auto output = (folder / "out").string();
  fails({"--output", (folder / "nowhere").string()}, "embeddings.h5ad");
  fails({}, "--output DIR");
  fails({"--output", output, "--embeddings", embeddings, "--control", "Metadata_Compound=water"},
        "no row has");
  fails({"--output", output, "--embeddings", embeddings, "--control", "Metadata_Compond=DMSO"},
        "Did you mean 'Metadata_Compound'");
  fails({"--output", output, "--embeddings", embeddings, "--reduce-normalize", "sphere"},
        "is not one of none, standardize");
  fails({"--output", output, "--embeddings", embeddings, "--lambda", "-1"}, "lambda is -1");
  fails({"--output", output, "--embeddings", embeddings, "--treatment", "Metadata_Drug"},
        "no column 'Metadata_Drug'");
  fails({"--output", output, "--embeddings", embeddings, "--profiles", "x.csv"}, "does not end in .h5ad");
}

}  // namespace
}  // namespace cytoscale::evaluate
