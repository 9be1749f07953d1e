// Cells beyond what 32 bits count, in files with holes: rows that nobody writes take no room on the disk.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>

#include <sys/stat.h>

#include "hdf5/file.hpp"
#include "mpi/agree.hpp"
#include "profile/reduce_cells.hpp"
#include "screen_support.hpp"
#include "store/rows/embedding_file.hpp"
#include "store/rows/embedding_layout.hpp"
#include "store/stored_column.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t many = (std::int64_t{1} << 31) + 1000;  // cells of the first field, which failed

bool could(const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Makes a file of root's; false where this file system has no room for holes.
bool made(const std::function<void()>& work) {
  return world().sum(world().root() && !could(work) ? 1 : 0) == 0;
}

constexpr const char* no_holes = "this file system does not hold files with holes";

bool is_sparse(const fs::path& path) {
  struct stat state {};
  return ::stat(path.c_str(), &state) == 0 && state.st_blocks * 512 < state.st_size / 100;
}

TEST(ManyRows, EachRankWritesAndReadsBehind2To31) {
  const auto path = fresh_folder("many_rows") / "x.h5";
  const auto ranks = static_cast<std::uint64_t>(world().size()),
             rank = static_cast<std::uint64_t>(world().rank());
  const bool there = made([&] {
    hdf5::File file = hdf5::File::create(path);
    file.root().create<float>("x", {static_cast<std::uint64_t>(many) + 10 * ranks, 2});
    file.close();
  });
  if (!there) GTEST_SKIP() << no_holes;
  {
    hdf5::File file = hdf5::File::open_parallel(world(), path);
    hdf5::Dataset x = file.root().dataset("x");
    std::vector<float> rows(20, static_cast<float>(rank + 1));
    x.write<float>(static_cast<std::uint64_t>(many) + 10 * rank, 10, rows);
    x = hdf5::Dataset();
    mpi::together(world(), [&] { file.close(); });
  }
  EXPECT_TRUE(is_sparse(path));
  const hdf5::File file = hdf5::File::open(path, hdf5::File::Access::read);
  const auto x = file.root().dataset("x");
  const auto bytes = std::make_shared<RandomAccessFile>(path);
  const StoredColumn<float> column(bytes, x.file_offset(), x.elements());
  for (std::uint64_t r = 0; r < ranks; ++r) {
    std::vector<float> rows(20);
    x.read<float>(static_cast<std::uint64_t>(many) + 10 * r, 10, rows);
    EXPECT_EQ(rows, std::vector<float>(20, static_cast<float>(r + 1)));
    EXPECT_EQ(column.read(2 * (many + 10 * static_cast<std::int64_t>(r)), 20), rows);
  }
  world().barrier();
}

// Two wells of two fields; the first field could not be read when features were taken.
struct Sample {
  screen::Screen screen = small_screen(1, 2, 2);
  CellTable cells;
  Sample() {
    cells.channels = screen.channels;
    cells.screen_fingerprint = screen.fingerprint();
    cells.first_cell = {0, many, many + 10, many + 30, many + 60};
    cells.failed = std::vector<char>(4, 0);
    cells.height = cells.width = std::vector<int>(4, 100);
    cells.content = "of a test";
  }
};

TEST(ManyRows, WellsAreReducedBehind2To31) {
  const Sample sample;
  const auto path = fresh_folder("many_cells") / "embeddings.h5ad";
  EmbeddingLayout layout{{"a", "b"}, {"l", "l"}, false, {{"job", "embed"}}, false};
  const bool there = made([&] {
    create_embedding_file(path, sample.screen, sample.cells, layout);
    hdf5::File file = hdf5::File::open(path, hdf5::File::Access::read_write);
    {
      hdf5::Dataset x = file.root().dataset("X"), state = file.root().dataset("uns/cytoscale/field_state");
      const std::uint8_t states[] = {2, 1, 1, 1};
      state.write<std::uint8_t>(0, 4, states);
      std::vector<float> rows;
      for (int cell = 0; cell < 60; ++cell) rows.insert(rows.end(), {static_cast<float>(cell), 1});
      x.write<float>(static_cast<std::uint64_t>(many), 60, rows);
    }
    file.close();
  });
  if (!there) GTEST_SKIP() << no_holes;
  EXPECT_TRUE(is_sparse(path));
  const EmbeddingReader reader(world(), path);
  EXPECT_EQ(reader.rows(), many + 60);
  std::vector<float> row(2);
  reader.read_rows(many + 59, 1, row);
  EXPECT_EQ(row, (std::vector<float>{59, 1}));
  const SteadyClock clock;
  const auto reduced = profile::reduce_cells(world(), path, profile::Aggregate::mean, 1, clock);
  if (!world().root()) return;
  EXPECT_EQ(reduced.cells, 60);
  EXPECT_EQ(reduced.skipped, many);
  ASSERT_EQ(reduced.wells.values.rows(), 2);
  EXPECT_EQ(reduced.wells.values(0, 0), 4.5);   // cells 0 to 9
  EXPECT_EQ(reduced.wells.values(1, 0), 34.5);  // 10 to 59
}

}  // namespace
}  // namespace cytoscale::store
