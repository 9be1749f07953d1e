#include "store/provenance/stamp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "store/provenance/recipe.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct StampTest : testing::Test {
  std::filesystem::path folder = fresh_folder("stamp"), in = folder / "in.csv", out = folder / "out.h5";
  json options = {{"crop-size", "128"}};

  void SetUp() override {
    write_file_atomically(in, "input");
    write_file_atomically(out, "output");
    write_stamp(folder, "embed", now());
  }
  Stamp now(const ReadState* then = nullptr) const {
    return {"embed", "1", options, {{"cells", read_state({in}, then)}}, output_states({out})};
  }
  Staleness stale(const std::string& label = "embed") const {
    return staleness(read_stamp(folder, label), now());
  }
};

TEST_F(StampTest, NothingChanged) {
  EXPECT_EQ(stale().why, "");
}

TEST_F(StampTest, TellsWhatChanged) {
  options["crop-size"] = "64";
  EXPECT_EQ(stale().why, "--crop-size is 64, it was 128");
  EXPECT_FALSE(stale().by_reads);
  options["crop-size"] = "128";
  write_file_atomically(in, "other input");
  EXPECT_EQ(stale().why, "cells has changed");
  EXPECT_TRUE(stale().by_reads);
  write_file_atomically(in, "input");
  std::filesystem::remove(out);
  EXPECT_THAT(stale().why, HasSubstr("out.h5 is missing"));
  EXPECT_FALSE(stale().by_reads);
  write_file_atomically(out, "output");  // another file of the same content: nobody knows who wrote it
  EXPECT_THAT(stale().why, HasSubstr("has changed since it was written"));
  EXPECT_THAT(stale("train").why, HasSubstr("not completed"));
  auto other = now();
  other.version = "2";
  EXPECT_THAT(staleness(read_stamp(folder, "embed"), other).why, HasSubstr("made by version 1"));
}

TEST_F(StampTest, AnInputThatComesOrGoesIsAChange) {
  auto more = now();
  more.reads["illumination"] = read_state({out}, nullptr);
  EXPECT_EQ(staleness(read_stamp(folder, "embed"), more).why, "illumination is read now");
  EXPECT_EQ(staleness(more, now()).why, "illumination is not read any more");
  std::filesystem::remove(in);
  EXPECT_EQ(stale().why, "cells is missing");
}

TEST_F(StampTest, MetadataAloneIsTold) {
  auto then = now(), later = then;
  then.reads["Metadata_MOA"] = {"one", ""};
  later.reads["Metadata_MOA"] = {"another", ""};
  later.reads["Metadata_Dose"] = {"new", ""};
  EXPECT_EQ(staleness(then, later).why, "Metadata_Dose is read now");
  EXPECT_TRUE(staleness(then, later).by_metadata);
  auto rewritten = later;
  rewritten.outputs[out.string()] = "another state";
  EXPECT_FALSE(staleness(then, rewritten).by_metadata);
  later.reads["images"] = {"other", ""};
  EXPECT_TRUE(staleness(then, later).by_reads);
  EXPECT_FALSE(staleness(then, later).by_metadata);
}

// A file that was written anew with the same content makes nothing stale, and one that stands as it stood is
// not read again.
TEST_F(StampTest, ContentCountsAndIsReadOnce) {
  write_file_atomically(in, "input");
  EXPECT_EQ(stale().why, "");
  const ReadState known{"fingerprint known before", read_state({in}, nullptr).state};
  EXPECT_EQ(read_state({in}, &known).fingerprint, "fingerprint known before");
}

TEST_F(StampTest, DamagedStampMeansRunAgain) {
  for (const char* text :
       {"{", "{}", R"({"job":"embed","version":1,"options":{},"reads":{},"outputs":{}})"}) {
    write_file_atomically(folder / "state" / "embed.json", text);
    EXPECT_NE(stale().why, "") << text;
  }
}

TEST_F(StampTest, FoldersCountAsTheirFiles) {
  const auto model = folder / "model";
  write_file_atomically(model / "a", "1");
  write_file_atomically(model / "b" / "c", "2");
  const auto before = fingerprint_of_path(model), state = state_of_path(model);
  write_file_atomically(model / "b" / "c", "33");
  EXPECT_NE(fingerprint_of_path(model), before);
  EXPECT_NE(state_of_path(model), state);
}

TEST_F(StampTest, ProvenanceTellsInputsByTheirContent) {
  const json provenance = make_provenance("embed", options, "0123", {{"cells", in}, {"model", ""}});
  EXPECT_EQ(provenance["options"], options);
  EXPECT_EQ(provenance["screen"], "0123");
  EXPECT_EQ(provenance["inputs"], json({{"cells", fingerprint_of_path(in)}}));
  EXPECT_THAT(provenance.dump(), testing::Not(HasSubstr(folder.string())));
  EXPECT_THROW(make_provenance("embed", options, "", {{"cells", folder / "absent"}}), Error);
}

TEST(Recipe, TheFirstDifferenceInWords) {
  const json then = {{"version", "1"}, {"options", {{"a", "1"}, {"b", "2"}}}, {"inputs", {{"cells", "x"}}}};
  json now = then;
  EXPECT_EQ(recipe_difference(then, now), "");
  now["inputs"]["cells"] = "y";
  EXPECT_EQ(recipe_difference(then, now), "the input cells is y, it was x");
  now["options"].erase("b");
  EXPECT_EQ(recipe_difference(then, now), "--b is not given, it was 2");
  EXPECT_NE(recipe_difference({}, now), "");
  EXPECT_THAT(message_of([&] { check_recipe("x.part", then.dump(), now, false); }),
              testing::AllOf(HasSubstr("x.part"), HasSubstr("--overwrite")));
  EXPECT_NO_THROW(check_recipe("x.part", then.dump(), now, true));
}

}  // namespace
}  // namespace cytoscale::store
