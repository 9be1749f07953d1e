// All ranks write one file: uneven shares, ranks without rows, more ranks than rows; the bytes do not depend
// on who wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "hdf5/file.hpp"
#include "mpi/agree.hpp"
#include "test_support.hpp"

namespace cytoscale::hdf5 {
namespace {

constexpr std::uint64_t columns = 7;

float value_at(std::uint64_t row, std::uint64_t column) {
  return static_cast<float>(row * 100 + column);
}

void create(const std::filesystem::path& path, std::uint64_t rows) {
  File file = File::create(path);
  file.root().create<float>("x", {rows, columns});
  file.root().create_text("name", rows, 8);
  file.close();
}

void write_row(Dataset& x, Dataset& name, std::uint64_t row) {
  std::vector<float> values;
  for (std::uint64_t c = 0; c < columns; ++c) values.push_back(value_at(row, c));
  x.write<float>(row, 1, values);
  name.write_text(row, {std::to_string(row)});
}

// Rows with row % (ranks taking part) == rank; `idle` ranks take no part.
std::string write_together(const std::filesystem::path& path, std::uint64_t rows, int idle) {
  mpi::on_root(world(), [&] { create(path, rows); });
  File file = File::open_parallel(world(), path);
  const auto problem = mpi::failure_in([&] {
    Dataset x = file.root().dataset("x"), name = file.root().dataset("name");
    const int workers = std::max(1, world().size() - idle);
    for (std::uint64_t row = 0; row < rows; ++row) {
      if (static_cast<int>(row % static_cast<std::uint64_t>(workers)) == world().rank())
        write_row(x, name, row);
    }
    x.write<float>(0, 0, {});  // nothing: legal
  });
  mpi::agree(world(), problem);
  file.close();
  world().barrier();
  return read_file(path);
}

TEST(Parallel, EveryRowArrives) {
  const auto path = fresh_folder("every_row") / "x.h5";
  write_together(path, 1001, 0);
  const File file = File::open(path, File::Access::read);
  const auto values = file.root().dataset("x").read_all<float>();
  const auto names = file.root().dataset("name").read_texts();
  for (std::uint64_t row = 0; row < 1001; ++row) {
    EXPECT_EQ(values[row * columns + 6], value_at(row, 6));
    EXPECT_EQ(names[row], std::to_string(row));
  }
}

TEST(Parallel, SameBytesAsOneRankAlone) {
  const auto folder = fresh_folder("same_bytes");
  const std::string together_ = write_together(folder / "all.h5", 50, 0);
  const std::string some_idle = write_together(folder / "some.h5", 50, 1);
  std::string alone;
  if (world().root()) {
    const auto path = folder / "alone.h5";
    create(path, 50);
    File file = File::open_parallel(mpi::Communicator::self(), path);
    {
      Dataset x = file.root().dataset("x"), name = file.root().dataset("name");
      for (std::uint64_t row = 0; row < 50; ++row) write_row(x, name, row);
    }
    file.close();
    alone = read_file(path);
    EXPECT_TRUE(together_ == alone);
    EXPECT_TRUE(some_idle == alone);
  }
  world().barrier();
}

TEST(Parallel, MoreRanksThanRows) {
  const auto folder = fresh_folder("few_rows");
  for (const std::uint64_t rows : {0u, 1u, 2u}) {
    const auto path = folder / std::to_string(rows);
    write_together(path, rows, 0);
    EXPECT_EQ(File::open(path, File::Access::read).root().dataset("x").rows(), rows);
    world().barrier();
  }
}

TEST(Parallel, MissingFileFailsTheSameOnAllRanks) {
  const auto folder = fresh_folder("missing");
  std::string message;
  try {
    File::open_parallel(world(), folder / "absent.h5");
  } catch (const Error& error) {
    message = error.what();
  }
  EXPECT_THAT(message, testing::HasSubstr("no such file"));
  const auto all = world().all_gather(message);
  for (const auto& other : all) EXPECT_EQ(other, all.front());
}

}  // namespace
}  // namespace cytoscale::hdf5
