// The whole chain on a small simulated screen: every file is there, the same bytes at 1, 2 and 4 ranks,
// finished work is skipped, a corrupt image costs one field.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "test_support.hpp"

namespace cytoscale::jobs {
namespace {
namespace fs = std::filesystem;

const fs::path& screen() {
  static const fs::path folder = [] {
    const auto made = fresh_folder("screen");
    const auto result = run_program({"simulate",
                                     "--output",
                                     made.string(),
                                     "--moas",
                                     "2",
                                     "--compounds-per-moa",
                                     "2",
                                     "--concentrations",
                                     "1",
                                     "--batches",
                                     "2",
                                     "--replicates",
                                     "1",
                                     "--plates-per-batch",
                                     "1",
                                     "--controls-per-plate",
                                     "2",
                                     "--positive-controls-per-plate",
                                     "0",
                                     "--single-group-moas",
                                     "0",
                                     "--fields-per-well",
                                     "2",
                                     "--field-size",
                                     "128",
                                     "--nucleus-radius",
                                     "5",
                                     "--cells-per-field",
                                     "8",
                                     "--seed",
                                     "3"},
                                    2);
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    return made;
  }();
  return folder;
}

std::vector<std::string> chain(const fs::path& output, const fs::path& manifest,
                               const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"run",
                                     "--manifest",
                                     manifest.string(),
                                     "--output",
                                     output.string(),
                                     "--crop-size",
                                     "32",
                                     "--steps",
                                     "3",
                                     "--batch-size",
                                     "8",
                                     "--shard-size",
                                     "4",
                                     "--validation-cells",
                                     "8",
                                     "--single-wells",
                                     "train",
                                     "--warmup-steps",
                                     "1",
                                     "--reduce-normalize",
                                     "standardize"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

const fs::path& trained() {
  static const fs::path folder = [] {
    const auto made = fresh_folder("trained");
    const auto result = run_program(chain(made, screen() / "screen.csv", {"--compare-untrained"}), 2, 280);
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_NE(result.output.find("untrained"), std::string::npos) << result.output;
    return made;
  }();
  return folder;
}

TEST(EndToEnd, LeavesEveryPromisedFile) {
  for (const char* name : {"cells.h5", "model/model.safetensors", "embeddings.h5ad", "profiles.h5ad",
                           "profiles.csv", "wells.h5ad", "metrics.json", "matches.csv", "per_class.csv",
                           "retrieval.csv", "failures.csv", "untrained/profiles.csv"}) {
    EXPECT_TRUE(fs::exists(trained() / name)) << name;
  }
  const auto metrics = nlohmann::json::parse(read_file(trained() / "metrics.json"));
  for (const char* key : {"nsc", "nscb_disjoint", "nscb_joined"}) {
    EXPECT_GT(metrics.at(key).at("total").get<int>(), 0) << key;
  }
}

TEST(EndToEnd, FinishedWorkIsSkippedAndChangedWorkIsNot) {
  const auto again = run_program(chain(trained(), screen() / "screen.csv", {"--compare-untrained"}), 2);
  EXPECT_EQ(again.exit_code, 0) << again.errors;
  for (const char* job : {"illuminate", "segment", "train", "embed", "reduce", "embed-untrained"}) {
    EXPECT_NE(again.errors.find(std::string(job) + ": complete, skipped"), std::string::npos)
        << job << again.errors;
  }
  const auto changed = run_program(
      chain(trained(), screen() / "screen.csv", {"--compare-untrained", "--aggregate-cells", "median"}), 2);
  EXPECT_EQ(changed.exit_code, 0) << changed.errors;
  EXPECT_NE(changed.errors.find("embed: complete, skipped"), std::string::npos) << changed.errors;
  EXPECT_EQ(changed.errors.find("reduce: complete, skipped"), std::string::npos) << changed.errors;
}

TEST(EndToEnd, GivenWeightsMakeTheSameBytesOnAnyRankCount) {
  const std::vector<std::string> files{"cells.h5",      "illumination.h5", "embeddings.h5ad",
                                       "profiles.h5ad", "profiles.csv",    "treatments.csv",
                                       "metrics.json",  "matches.csv",     "failures.csv"};
  std::map<std::string, std::string> first;
  for (int ranks : {1, 2, 4}) {
    const auto out = fresh_folder("ranks" + std::to_string(ranks));
    const auto result = run_program(
        chain(out, screen() / "screen.csv", {"--model", (trained() / "model").string()}), ranks, 280);
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_FALSE(fs::exists(out / "model"));
    for (const auto& file : files) {
      const auto bytes = read_file(out / file);
      const auto [it, fresh] = first.try_emplace(file, bytes);
      EXPECT_TRUE(fresh || it->second == bytes) << file << " differs at " << ranks << " ranks";
    }
  }
}

// The model's file after its header, which says where the pixels came from.
std::string tensors_of(const fs::path& output) {
  const auto bytes = read_file(output / "model" / "model.safetensors");
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof header);
  return bytes.substr(sizeof header + header);
}

TEST(EndToEnd, ACropStoreGivesTheSameWeights) {
  const auto out = fresh_folder("from_store");
  const auto result = run_program(
      chain(out, screen() / "screen.csv", {"--crop-store", "--stage", "memory", "--sweep"}), 2, 280);
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_NE(result.errors.find("training from /dev/shm/cytoscale-"), std::string::npos) << result.errors;
  EXPECT_TRUE(fs::exists(out / "crops.h5"));
  EXPECT_TRUE(tensors_of(out) == tensors_of(trained()));
  const auto sweep = read_csv(out / "sweep.csv");
  ASSERT_EQ(sweep.rows.size(), 2u);
  EXPECT_EQ(sweep.rows[1][sweep.column("layer")], "conv4a");
  EXPECT_EQ(sweep.rows[1][sweep.column("normalize")], "tvn");
  EXPECT_EQ(read_file(out / "sweep.svg").rfind("<svg", 0), 0u);
}

TEST(EndToEnd, OneCorruptImageCostsOneField) {
  const auto copy = fresh_folder("corrupt");
  fs::copy(screen(), copy, fs::copy_options::recursive);
  auto manifest = read_csv(copy / "screen.csv");
  const auto bad = copy / manifest.rows[1][manifest.column("PathName_DNA")] /
                   manifest.rows[1][manifest.column("FileName_DNA")];
  fs::resize_file(bad, fs::file_size(bad) / 3);
  const auto result = run_program(
      chain(copy / "out", copy / "screen.csv", {"--model", (trained() / "model").string()}), 2, 280);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  const auto failures = read_csv(copy / "out" / "failures.csv");
  ASSERT_EQ(failures.rows.size(), 1u);
  EXPECT_EQ(fs::path(failures.rows[0][failures.column("File")]).filename(), bad.filename());
  EXPECT_TRUE(fs::exists(copy / "out" / "metrics.json"));
}

}  // namespace
}  // namespace cytoscale::jobs
