#include "store/provenance/stamp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct StampTest : testing::Test {
  std::filesystem::path folder = fresh_folder("stamp"), in = folder / "in.csv", out = folder / "out.h5";
  json options = {{"crop-size", "128"}, {"output", "here"}, {"threads", "2"}};
  std::string why;

  void SetUp() override {
    write_file_atomically(in, "input");
    write_file_atomically(out, "output");
    write_stamp(folder, make_stamp("embed", options, {in}, {out}));
  }
  bool current() { return is_current(folder, "embed", options, {in}, {out}, &why); }
};

TEST_F(StampTest, NothingChanged) {
  EXPECT_TRUE(current()) << why;
}

TEST_F(StampTest, PlacesAndThreadsDoNotMatter) {
  options["threads"] = "16";
  options["output"] = "there";
  EXPECT_TRUE(current()) << why;
}

TEST_F(StampTest, TellsWhatChanged) {
  options["crop-size"] = "64";
  EXPECT_FALSE(current());
  EXPECT_THAT(why, HasSubstr("--crop-size is now \"64\""));
  options["crop-size"] = "128";
  write_file_atomically(in, "other input");
  EXPECT_FALSE(current());
  EXPECT_THAT(why, HasSubstr("in.csv has changed"));
  std::filesystem::remove(out);
  EXPECT_FALSE(current());
  EXPECT_THAT(why, HasSubstr("out.h5 is missing"));
  EXPECT_FALSE(is_current(folder, "train", options, {in}, {out}, &why));
  EXPECT_THAT(why, HasSubstr("not completed"));
}

TEST_F(StampTest, DamagedStampMeansRunAgain) {
  write_file_atomically(folder / "state" / "embed.json", "{");
  EXPECT_FALSE(current());
  write_file_atomically(folder / "state" / "embed.json", "{}");
  EXPECT_FALSE(current());
}

TEST_F(StampTest, FoldersCountAsTheirFiles) {
  const auto model = folder / "model";
  write_file_atomically(model / "a", "1");
  write_file_atomically(model / "b" / "c", "2");
  const std::string before = fingerprint_of_path(model);
  write_stamp(folder, make_stamp("train", options, {in}, {model}));
  EXPECT_TRUE(is_current(folder, "train", options, {in}, {model}));
  write_file_atomically(model / "b" / "c", "33");
  EXPECT_FALSE(is_current(folder, "train", options, {in}, {model}));
  EXPECT_NE(fingerprint_of_path(model), before);
}

TEST_F(StampTest, ProvenanceHoldsWhatMattersOnly) {
  const json provenance = make_provenance("embed", options, "0123", {{"cells", in}, {"model", ""}});
  EXPECT_EQ(provenance["options"], json({{"crop-size", "128"}}));
  EXPECT_EQ(provenance["screen"], "0123");
  EXPECT_EQ(provenance["inputs"], json({{"cells", fingerprint_of_path(in)}}));
  EXPECT_THAT(provenance.dump(), testing::Not(HasSubstr(folder.string())));
  EXPECT_THROW(make_provenance("embed", options, "", {{"cells", folder / "absent"}}), Error);
}

}  // namespace
}  // namespace cytoscale::store
