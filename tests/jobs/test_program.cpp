// The built program from outside: pages, exit codes, and bad input that ends on every rank within seconds.
#include <gtest/gtest.h>

#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "image/io/tiff.hpp"
#include "jobs/registry.hpp"
#include "test_support.hpp"

namespace cytoscale::jobs {
namespace {
namespace fs = std::filesystem;

// Two plates of two wells, one channel; flat images.
fs::path small_screen(const std::string& name, const std::string& extra_row = {}) {
  const auto folder = fresh_folder(name);
  std::string text =
      "Metadata_Plate,Metadata_Well,Metadata_Batch,Metadata_Compound,Metadata_Concentration,Metadata_Control,"
      "Metadata_MOA,FileName_DNA\n";
  for (const std::string plate : {"P1", "P2"}) {
    for (const std::string well : {"A1", "A2"}) {
      const auto file = plate + well + ".tif";
      image::write_tiff(folder / file, 32, 32, std::vector<std::uint16_t>(32 * 32, 100));
      text += plate + "," + well + ",b" + plate + ",DMSO,0," + (well == "A1" ? "negcon" : "trt") + ",DMSO," +
              file + "\n";
    }
  }
  write_file_atomically(folder / "screen.csv", text + extra_row);
  return folder / "screen.csv";
}

TEST(Program, OverviewAndManualPages) {
  const auto overview = run_program({"--help"});
  EXPECT_EQ(overview.exit_code, 0);
  for (const auto& job : all_jobs()) {
    EXPECT_NE(overview.output.find(job->name()), std::string::npos);
    const auto page = run_program({job->name(), "--help"});
    EXPECT_EQ(page.exit_code, 0) << job->name();
    for (const char* heading : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT CODES"}) {
      EXPECT_NE(page.output.find(heading), std::string::npos) << job->name();
    }
  }
  EXPECT_EQ(run_program({}).exit_code, 2);
}

void expect_refused(const std::vector<std::string>& arguments, const std::vector<std::string>& words) {
  for (int ranks : {0, 4}) {
    const auto result = run_program(arguments, ranks, 30);
    EXPECT_EQ(result.exit_code, 2) << result.errors;
    EXPECT_TRUE(ended_at_once(result, ranks)) << result.seconds << " s with " << ranks << " ranks";
    std::size_t messages = 0;
    for (auto at = result.errors.find("cytoscale: error:"); at != std::string::npos;
         at = result.errors.find("cytoscale: error:", at + 1)) {
      ++messages;
    }
    EXPECT_EQ(messages, 1u) << ranks << " ranks: " << result.errors;
    for (const auto& word : words)
      EXPECT_NE(result.errors.find(word), std::string::npos) << word << "\n" << result.errors;
  }
}

TEST(Program, BadInputEndsWithOneMessageOnEveryRankWithinSeconds) {
  const auto folder = fresh_folder("refused");
  const auto screen = small_screen("refused_screen").string();
  const auto out = (folder / "out").string();
  write_file_atomically(folder / "bad.cfg", "seed = 1\ncrop-sise = 3\n");
  write_file_atomically(folder / "bad.csv", "Metadata_Plate,Metadata_Well\nP,A\n");
  write_file_atomically(folder / "bad.h5", "this is not HDF5");
  expect_refused({"trian"}, {"Did you mean 'train'"});
  expect_refused({"run", "--config", (folder / "bad.cfg").string()}, {"bad.cfg:2", "crop-size"});
  expect_refused({"run", "--config", (folder / "none.cfg").string()}, {"none.cfg"});
  expect_refused({"segment", "--manifest", (folder / "bad.csv").string(), "--output", out}, {"bad.csv"});
  expect_refused({"segment", "--manifest", screen, "--output", out, "--threads", "two"},
                 {"--threads", "'two'"});
  expect_refused({"embed", "--manifest", screen, "--output", out, "--cells", (folder / "bad.h5").string()},
                 {"bad.h5"});
  expect_refused({"train", "--manifest", screen, "--output", out, "--cells", (folder / "bad.h5").string()},
                 {"bad.h5"});
  expect_refused({"reduce", "--output", out, "--embeddings", (folder / "bad.h5").string()}, {"bad.h5"});
  expect_refused({"evaluate", "--profiles", (folder / "none.csv").string(), "--metrics", out + "/m.json"},
                 {"none.csv"});
}

TEST(Program, TooManyUnreadableFieldsEndTheRunAndAreListed) {
  const auto screen = small_screen("unreadable");
  const auto out = screen.parent_path() / "out";
  fs::resize_file(screen.parent_path() / "P1A2.tif", 60);
  fs::remove(screen.parent_path() / "P2A1.tif");
  expect_refused({"segment", "--manifest", screen.string(), "--output", out.string()},
                 {"2 fields cannot be read"});
  EXPECT_EQ(read_csv(out / "failures.csv").rows.size(), 2u);
  EXPECT_FALSE(fs::exists(out / "cells.h5"));
  const auto lenient = run_program(
      {"segment", "--manifest", screen.string(), "--output", out.string(), "--max-failed-fields", "2"}, 2);
  EXPECT_EQ(lenient.exit_code, 0) << lenient.errors;
  EXPECT_TRUE(fs::exists(out / "cells.h5"));
}

TEST(Program, CheckListsEveryProblemAndThePlan) {
  const auto good = small_screen("good");
  const auto fine = run_program({"check", "--manifest", good.string(), "--ranks", "2"});
  EXPECT_EQ(fine.exit_code, 0) << fine.output << fine.errors;
  EXPECT_NE(fine.output.find("rank 1"), std::string::npos);
  const auto one_batch = run_program({"check", "--manifest", good.string(), "--batch", "Metadata_Compound"});
  EXPECT_EQ(one_batch.exit_code, 0) << one_batch.errors;
  EXPECT_NE(one_batch.output.find("note: "), std::string::npos) << one_batch.output;
  const auto many = run_program({"check", "--manifest", good.string(), "--ranks", "5000"});
  EXPECT_EQ(many.exit_code, 2);
  EXPECT_NE(many.output.find("cannot be shared by 5000 ranks"), std::string::npos) << many.output;
  const auto bad =
      small_screen("check", "P2,A2,bP2,DMSO,0,trt,DMSO,twice.tif\nP3,A1,bP3,DMSO,0,trt,DMSO,none.tif\n");
  image::write_tiff(bad.parent_path() / "P1A2.tif", 16, 16, std::vector<std::uint16_t>(256, 1));
  write_file_atomically(bad.parent_path() / "check.cfg",
                        "manifest = " + bad.string() + "\nunknown-key = 1\nbatch-size = x\n");
  const auto result = run_program({"check", "--config", (bad.parent_path() / "check.cfg").string()});
  EXPECT_EQ(result.exit_code, 2);
  for (const char* expected :
       {"unknown-key", "--batch-size", "occurs twice", "none.tif", "16 × 16", "P3 has no negative control"}) {
    EXPECT_NE(result.output.find(expected), std::string::npos) << expected << "\n" << result.output;
  }
  EXPECT_NE(result.errors.find("6 problems"), std::string::npos) << result.output << result.errors;
}

}  // namespace
}  // namespace cytoscale::jobs
