// Seals of files that are continued, read by those who use them, or come from before there were any.
#include "store/integrity/seal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "sealed_samples.hpp"
#include "store/integrity/verify.hpp"
#include "store/provenance/stamp.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

bool whole(const fs::path& path) {
  return verify_file(world(), path).problems.empty();
}

void without_seal(const fs::path& path) {
  if (world().root()) fs::resize_file(path, read_seal(path)->bytes);
  world().barrier();
}

TEST(Seal, ChecksumsOutliveAnInterruption) {
  const auto folder = fresh_folder("interrupted");
  write_sample_embeddings(world(), folder / "a.h5ad");
  const auto expected = read_file(folder / "a.h5ad");
  write_sample_embeddings(world(), folder / "b.h5ad", small_layout(), false);
  EXPECT_FALSE(fs::exists(folder / "b.h5ad"));
  write_sample_embeddings(world(), folder / "b.h5ad");
  EXPECT_TRUE(read_file(folder / "b.h5ad") == expected);
  EXPECT_TRUE(whole(folder / "b.h5ad"));
}

// Killed after it was sealed, or in the middle of that, and before it was renamed.
TEST(Seal, AFileThatIsSealedAlreadyIsSealedAgain) {
  const auto folder = fresh_folder("sealed_again");
  const auto path = folder / "a.h5ad";
  write_sample_embeddings(world(), path);
  const auto expected = read_file(path);
  world().barrier();
  for (const std::size_t less : {0, 10, 500}) {
    if (world().root()) {
      fs::remove(path);
      write_file_atomically(path.string() + ".part", expected.substr(0, expected.size() - less));
    }
    world().barrier();
    write_sample_embeddings(world(), path);
    EXPECT_TRUE(read_file(path) == expected) << less;
    world().barrier();
  }
}

TEST(Seal, FilesWithoutAreReadAsBefore) {
  const auto folder = fresh_folder("unsealed");
  for (const auto& path : write_samples(world(), folder)) {
    if (path.extension() == ".safetensors") continue;
    without_seal(path);
    EXPECT_THAT(verify_file(world(), path).problems, testing::ElementsAre(HasSubstr("has no checksums")));
    EXPECT_EQ(fingerprint_of_path(path).size(), 32u);
  }
  EXPECT_EQ(EmbeddingReader(folder / "embeddings.h5ad").features(), 3u);
  EXPECT_EQ(CropStore(folder / "crops.h5").window_px(), 4);
  EXPECT_EQ(read_cell_table(folder / "cells.h5").fields(), 12u);
  EXPECT_EQ(read_anndata(folder / "profiles.h5ad").x, sample_profiles().x);
  EXPECT_EQ(IlluminationReader(folder / "illumination.h5").read("P2").gain.size(), 12u);
}

TEST(Seal, DamagedInputsAreRefused) {
  const auto folder = fresh_folder("refused");
  write_samples(world(), folder);
  if (!world().root()) return;
  const auto message = [&](const std::string& file, std::uint64_t at, const auto& read) {
    const auto copy = flipped(folder / file, at);
    return message_of([&] { read(copy); });
  };
  const auto says = [](const std::string& what) {
    return AllOf(HasSubstr(what), HasSubstr("cytoscale verify"));
  };
  const auto illumination = [](const auto& path) { IlluminationReader(path).read("P2"); };
  EXPECT_THAT(
      message("illumination.h5", extent_of(folder / "illumination.h5", "/plate1/gain").at, illumination),
      says("/plate1/gain is not as written"));
  EXPECT_EQ(
      message("illumination.h5", extent_of(folder / "illumination.h5", "/plate0/gain").at, illumination),
      "no error");  // another plate's
  EXPECT_THAT(message("illumination.h5", 200, illumination), says("attributes, text or structure"));
  EXPECT_THAT(message("profiles.h5ad", extent_of(folder / "profiles.h5ad", "/X").at,
                      [](const auto& path) { read_anndata(path); }),
              says("/X is not as written"));
  EXPECT_THAT(message("model.safetensors", fs::file_size(folder / "model.safetensors") - 1,
                      [](const auto& path) { read_safetensors(path); }),
              says("model.safetensors:w: the tensor is not as written"));
}

TEST(Seal, ContentIsWithoutProvenance) {
  const auto folder = fresh_folder("content");
  auto layout = small_layout();
  write_sample_embeddings(world(), folder / "a.h5ad", layout);
  layout.provenance = {{"job", "embed"}, {"options", {{"a", "a much longer text than the one before"}}}};
  write_sample_embeddings(world(), folder / "b.h5ad", layout);
  const auto content = fingerprint_of_path(folder / "a.h5ad");
  EXPECT_EQ(fingerprint_of_path(folder / "b.h5ad"), content);
  EXPECT_FALSE(read_file(folder / "a.h5ad") == read_file(folder / "b.h5ad"));
  write_sample_embeddings(world(), folder / "c.h5ad", layout, true, 1);  // the area of a cell
  EXPECT_NE(fingerprint_of_path(folder / "c.h5ad"), content);
  layout.feature_layers[0] = "conv0";
  write_sample_embeddings(world(), folder / "d.h5ad", layout);
  EXPECT_NE(fingerprint_of_path(folder / "d.h5ad"), content);
  write_sample_crops(world(), folder / "crops.h5", 16);
  write_sample_crops(world(), folder / "crops8.h5", 8);
  EXPECT_NE(fingerprint_of_path(folder / "crops.h5"), fingerprint_of_path(folder / "crops8.h5"));
  EXPECT_EQ(read_seal(folder / "crops.h5")->content, fingerprint_of_path(folder / "crops.h5"));
}

}  // namespace
}  // namespace cytoscale::store
