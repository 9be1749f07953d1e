// Cells to wells over 1, 2 and 4 ranks: against sums made here, and bit for bit against one rank.
#include <gtest/gtest.h>

#include <fstream>

#include "core/error.hpp"
#include "embedding_sample.hpp"
#include "profile/reduce_cells.hpp"
#include "test_support.hpp"

namespace cytoscale::profile {
namespace {

struct FixedClock final : Clock {
  double now_s() const override { return 0; }
};

// Plain sums over the cells of a well that are finite and of fields that did not fail.
std::vector<double> expected_mean(std::size_t well, std::int64_t& cells) {
  const auto table = sample_cells(sample_screen());
  std::vector<double> sums(sample_features, 0.0);
  cells = 0;
  for (FieldId field(2 * well); field < 2 * well + 2; ++field) {
    if (sample_failed(field)) continue;
    for (auto cell = table.first_cell[field]; cell < table.first_cell[field + 1]; ++cell) {
      if (std::isnan(sample_value(cell, 1))) continue;
      ++cells;
      for (std::size_t i = 0; i < sample_features; ++i) sums[i] += sample_value(cell, i);
    }
  }
  for (auto& sum : sums) sum /= static_cast<double>(cells);
  return sums;
}

TEST(ReduceCells, MeansCountsAndMetadata) {
  const auto path = fresh_folder("reduce_cells") / "embeddings.h5ad";
  write_sample(world(), path);
  const FixedClock clock;
  const auto reduced = reduce_cells(world(), path, Aggregate::mean, 2, clock);
  if (!world().root()) {
    EXPECT_EQ(reduced.wells.size(), 0u);
    return;
  }
  ASSERT_EQ(reduced.wells.size(), 11u);
  EXPECT_EQ(reduced.empty_wells, std::vector<std::string>{"plate P1, well A05"});
  EXPECT_EQ(reduced.skipped, 1 + sample_cells_of(FieldId(15)));
  EXPECT_EQ(reduced.wells.features[2], "net_conv4a_2");
  EXPECT_EQ(reduced.wells.layers[2], "conv4a");
  const auto& columns = reduced.wells.metadata.columns;
  EXPECT_EQ(std::count(columns.begin(), columns.end(), "Metadata_Site"), 0);
  EXPECT_EQ(std::count(columns.begin(), columns.end(), "Metadata_Exposure"), 0);  // differs within wells
  EXPECT_EQ(columns.back(), "Metadata_CellCount");
  std::int64_t total = 0;
  for (std::size_t row = 0, well = 0; row < 11; ++row, ++well) {
    if (well == 4) ++well;
    std::int64_t cells = 0;
    const auto expected = expected_mean(well, cells);
    total += cells;
    EXPECT_EQ(reduced.wells.metadata.rows[row].back(), std::to_string(cells));
    for (std::size_t i = 0; i < sample_features; ++i) {
      EXPECT_EQ(reduced.wells.values(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(i)),
                expected[i]);
    }
  }
  EXPECT_EQ(reduced.cells, total);
}

TEST(ReduceCells, SameBitsAsOneRank) {
  const auto path = fresh_folder("reduce_bits") / "embeddings.h5ad";
  write_sample(world(), path);
  const FixedClock clock;
  for (const auto how : {Aggregate::mean, Aggregate::median, Aggregate::trimmed}) {
    const auto together = reduce_cells(world(), path, how, 2, clock);
    const auto alone = reduce_cells(mpi::Communicator::self(), path, how, 2, clock);
    if (!world().root()) continue;
    EXPECT_EQ(together.wells.metadata.rows, alone.wells.metadata.rows);
    ASSERT_EQ(together.wells.values.rows(), alone.wells.values.rows());
    EXPECT_TRUE((together.wells.values.array() == alone.wells.values.array()).all());
  }
}

TEST(ReduceCells, SameBitsForAnyNumberOfThreads) {
  const auto path = fresh_folder("reduce_threads") / "embeddings.h5ad";
  write_sample(world(), path);
  const FixedClock clock;
  for (const auto how : {Aggregate::mean, Aggregate::median}) {
    const auto alone = reduce_cells(world(), path, how, 1, clock);
    for (const int threads : {2, 5, 40}) {
      const auto together = reduce_cells(world(), path, how, threads, clock);
      EXPECT_EQ(together.skipped, alone.skipped);
      EXPECT_EQ(together.empty_wells, alone.empty_wells);
      EXPECT_EQ(together.wells.metadata.rows, alone.wells.metadata.rows);
      if (!world().root()) continue;
      EXPECT_TRUE((together.wells.values.array() == alone.wells.values.array()).all());
    }
  }
}

TEST(ReduceCells, BrokenFilesFailOnEveryRank) {
  const auto folder = fresh_folder("reduce_broken");
  if (world().root()) std::ofstream(folder / "broken.h5ad") << "not HDF5";
  world().barrier();
  const FixedClock clock;
  for (const char* name : {"broken.h5ad", "missing.h5ad"}) {
    std::string message;
    try {
      reduce_cells(world(), folder / name, Aggregate::mean, 2, clock);
    } catch (const Error& error) {
      message = error.what();
    }
    EXPECT_NE(message.find(name), std::string::npos);
  }
}

TEST(ReduceCells, WellsAreSpreadInOrder) {
  const std::vector<WellFields> wells = {{0, 1}, {1, 1}, {2, 2}, {4, 1}};
  const std::vector<std::int64_t> first_row = {0, 10, 20, 30, 40, 60};
  EXPECT_EQ(ranks_of_wells(wells, first_row, 1), (std::vector<int>{0, 0, 0, 0}));
  EXPECT_EQ(ranks_of_wells(wells, first_row, 3), (std::vector<int>{0, 0, 1, 2}));
  EXPECT_EQ(ranks_of_wells(wells, std::vector<std::int64_t>(6), 3),
            (std::vector<int>{0, 0, 0, 0}));                                 // no cells at all
  EXPECT_EQ(ranks_of_wells({{0, 5}}, first_row, 8), (std::vector<int>{4}));  // more ranks than wells
}

}  // namespace
}  // namespace cytoscale::profile
