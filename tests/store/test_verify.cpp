// What is whole is called so; what is not is named, on any number of ranks, whatever byte was hit.
#include "store/integrity/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <sstream>

#include "core/error.hpp"
#include "core/system/stop_request.hpp"
#include "core/text/text.hpp"
#include "sealed_samples.hpp"
#include "store/integrity/seal.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::string problems(const fs::path& path, const mpi::Communicator& comm = world()) {
  return join(verify_file(comm, path).problems, "; ");
}

// The same on all ranks.
std::string agreed(const fs::path& path) {
  const auto mine = problems(path);
  for (const auto& other : world().all_gather(mine)) EXPECT_EQ(other, mine);
  return mine;
}

// On rank 0 alone, for damage of its own making.
template <typename Work>
void on_rank_0(const Work& work) {
  if (world().root()) work();
  world().barrier();
}

TEST(Verify, WholeFilesAreWhole) {
  const auto folder = fresh_folder("whole");
  for (const auto& path : write_samples(world(), folder)) EXPECT_EQ(agreed(path), "") << path;
  const auto summary = [&](const char* name) { return verify_file(world(), folder / name).summary; };
  EXPECT_EQ(summary("embeddings.h5ad"), "12 fields, of which 3 could not be read");
  EXPECT_EQ(summary("cells.h5"), "12 fields, of which 2 could not be read");
  EXPECT_EQ(summary("model.safetensors"), "2 tensors");
}

TEST(Verify, EveryFlippedByteIsFound) {
  const auto files = write_samples(world(), fresh_folder("flips"));
  const auto alone = mpi::Communicator::self();
  const auto step = static_cast<std::size_t>(13 * world().size());
  // Each rank takes other bytes.
  const auto own = fresh_folder("flips_of_ranks") / std::to_string(world().rank());
  fs::create_directories(own);
  for (const auto& path : files) {
    const auto copy = own / path.filename();
    fs::copy_file(path, copy);
    for (auto at = static_cast<std::size_t>(13 * world().rank()); at < fs::file_size(copy); at += step)
      ASSERT_NE(problems(flipped(copy, at, static_cast<int>(at % 8)), alone), "") << path << " byte " << at;
  }
}

TEST(Verify, WhatIsDamagedIsNamed) {
  const auto folder = fresh_folder("named");
  write_samples(world(), folder);
  const auto name_of = [&](const std::string& file, const std::string& dataset, std::uint64_t byte) {
    on_rank_0([&] { flipped(folder / file, extent_of(folder / file, dataset).at + byte); });
    const auto found = agreed(folder / ("flipped_" + file));
    world().barrier();
    return found;
  };
  // Fields 0 to 3 have 0, 7, 3 and 10 cells of 3 features.
  EXPECT_EQ(name_of("embeddings.h5ad", "/X", 7 * 3 * 4), "the rows of field 2 are not as written (/X)");
  EXPECT_THAT(name_of("embeddings.h5ad", "/obs/Nuclei_Border", 3),
              HasSubstr("/obs/Nuclei_Border is not as written"));
  EXPECT_THAT(name_of("embeddings.h5ad", "/uns/cytoscale/field_state", 1),
              HasSubstr("/uns/cytoscale/field_state is not as written"));
  EXPECT_EQ(name_of("crops.h5", "/scaling", 0), "the rows of field 1 are not as written (/pixels, /scaling)");
  EXPECT_THAT(name_of("cells.h5", "/cells/border", 8), HasSubstr("the rows of field 2 are not as written"));
  EXPECT_THAT(name_of("cells.h5", "/fields/focus_score", 8 * 3), HasSubstr("the rows of field 3"));
  EXPECT_THAT(name_of("profiles.h5ad", "/X", 0), HasSubstr("/X is not as written"));
  EXPECT_THAT(name_of("illumination.h5", "/plate1/gain", 5), HasSubstr("/plate1/gain is not as written"));
  on_rank_0([&] { flipped(folder / "model.safetensors", fs::file_size(folder / "model.safetensors") - 1); });
  EXPECT_EQ(agreed(folder / "flipped_model.safetensors"), "w is not as written");
}

TEST(Verify, LargePartsAreFoundByBlocks) {
  const auto folder = fresh_folder("blocks");
  const auto path = folder / "wide.h5ad";
  on_rank_0([&] {
    auto data = sample_profiles();
    data.vars = 200'000;
    data.x.assign(2 * data.vars, 0.25);
    data.var_names.assign(data.vars, "f");
    write_anndata(path, data, true);
  });
  EXPECT_EQ(agreed(path), "");
  const auto at = extent_of(path, "/X").at;
  on_rank_0([&] { flipped(path, at + 2 * seal_block_bytes + 5); });
  EXPECT_EQ(agreed(folder / "flipped_wide.h5ad"), "/X is not as written (bytes " +
                                                      count_text(at + 2 * seal_block_bytes) + " to " +
                                                      count_text(at + 3 * seal_block_bytes - 1) + ")");
}

TEST(Verify, EveryCutIsFound) {
  const auto files = write_samples(world(), fresh_folder("cuts"));
  on_rank_0([&] {
    const auto alone = mpi::Communicator::self();
    for (const auto& path : files) {
      const auto whole = read_file(path);
      const auto copy = path.parent_path() / ("cut_" + path.filename().string());
      for (std::size_t size = 0; size < whole.size(); size += 97) {
        write_plainly(copy, whole.substr(0, size));
        EXPECT_NE(problems(copy, alone), "") << path << " cut to " << size;
      }
      write_plainly(copy, whole + "x");
      EXPECT_NE(problems(copy, alone), "") << path << " with a byte more";
    }
  });
}

TEST(Verify, WhatIsNoWholeFileOfOursIsNamed) {
  const auto folder = fresh_folder("others");
  write_sample_embeddings(world(), folder / "embeddings.h5ad", small_layout(), false);
  on_rank_0([&] {
    fs::rename(folder / "embeddings.h5ad.part", folder / "embeddings.h5ad");
    hdf5::File::create(folder / "other.h5").close();
    write_file_atomically(folder / "table.csv", "a,b\n");
    write_file_atomically(folder / "empty.h5", "");
    SafeTensors foreign;
    foreign.tensors["w"] = {"U8", {1}, {std::byte{1}}};
    write_safetensors(folder / "foreign.safetensors", foreign);
    auto silent = sample_profiles();
    silent.uns = {{"cytoscale", {{"note", "x"}}}};
    write_anndata(folder / "silent.h5ad", silent, true);
  });
  EXPECT_THAT(agreed(folder / "embeddings.h5ad"), HasSubstr("it is unfinished: 4 fields of 12 are pending"));
  EXPECT_THAT(agreed(folder / "other.h5"), HasSubstr("it was not written by cytoscale"));
  EXPECT_THAT(agreed(folder / "table.csv"), HasSubstr("no kind of file that cytoscale gives checksums"));
  EXPECT_THAT(agreed(folder / "empty.h5"), HasSubstr("the file cannot be opened"));
  EXPECT_THAT(agreed(folder / "foreign.safetensors"), HasSubstr("does not say what it was made by"));
  EXPECT_THAT(agreed(folder / "silent.h5ad"), HasSubstr("does not say what it was made by"));
  EXPECT_THAT(agreed(folder / "nowhere.h5"), HasSubstr("there is no such file"));
  EXPECT_THAT(agreed(folder), HasSubstr("this is a folder"));
}

TEST(Verify, ASignalEndsItWithoutAVerdict) {
  const auto folder = fresh_folder("stopped");
  write_sample_crops(world(), folder / "crops.h5", 16);
  if (world().rank() == world().size() - 1) StopRequest::raise(SIGUSR1);
  const auto message = message_of([&] { verify_file(world(), folder / "crops.h5"); });
  StopRequest::clear();
  EXPECT_THAT(message, AllOf(HasSubstr("stopped by SIGUSR1"), HasSubstr("begins anew")));
}

TEST(Verify, OneLineForEachFileAndOneError) {
  const auto folder = fresh_folder("lines");
  const auto files = write_samples(world(), folder);
  std::ostringstream report;
  verify_files(world(), files, report);
  EXPECT_EQ(report.str().empty(), !world().root());
  const auto message = message_of([&] {
    verify_files(world(), {folder / "no.h5", files[0], folder / "nor.h5"}, report);
  });
  EXPECT_THAT(message,
              AllOf(HasSubstr("2 of 3 files are not whole"), HasSubstr("no.h5"), HasSubstr("nor.h5")));
  EXPECT_THAT(message_of([&] { verify_files(world(), {folder / "no.h5"}, report); }),
              AllOf(HasSubstr("no.h5: it is not whole: there is no such file")));
  if (!world().root()) return;
  EXPECT_THAT(report.str(), AllOf(HasSubstr("cells.h5: whole (12 fields"), HasSubstr("no.h5: not whole: ")));
}

}  // namespace
}  // namespace cytoscale::store
