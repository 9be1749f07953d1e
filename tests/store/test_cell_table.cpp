#include "store/cell_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "hdf5/file.hpp"
#include "screen_support.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// The fields that `rank` of `ranks` brings; the ways to share them differ wildly.
enum class Sharing { round_robin, all_on_last, backwards_blocks };

std::vector<FieldCells> share(const screen::Screen& screen, Sharing sharing, int rank, int ranks) {
  std::vector<FieldCells> mine;
  const std::size_t n = screen.fields.size();
  for (std::size_t i = 0; i < n; ++i) {
    const FieldId f(sharing == Sharing::backwards_blocks ? n - 1 - i : i);
    const auto owner = sharing == Sharing::round_robin   ? f % static_cast<std::size_t>(ranks)
                       : sharing == Sharing::all_on_last ? static_cast<std::size_t>(ranks) - 1
                                                         : i * static_cast<std::size_t>(ranks) / n;
    if (owner == static_cast<std::size_t>(rank)) mine.push_back(cells_of_field(screen, f));
  }
  return mine;
}

const nlohmann::json provenance = {{"job", "segment"}, {"version", "test"}};

std::string written(const std::filesystem::path& path, const screen::Screen& screen, Sharing sharing) {
  write_cell_table(world(), path, screen, share(screen, sharing, world().rank(), world().size()), provenance);
  return read_file(path);
}

TEST(CellTable, RoundTrip) {
  const screen::Screen screen = small_screen(2, 3, 2);
  const auto path = fresh_folder("round_trip") / "cells.h5";
  written(path, screen, Sharing::round_robin);
  const CellTable table = read_cell_table(path);
  check_cells_match(table, screen, path);
  EXPECT_EQ(table.channels, screen.channels);
  EXPECT_EQ(table.provenance, provenance);
  ASSERT_EQ(table.fields(), screen.fields.size());
  std::size_t row = 0;
  for (FieldId f; f < table.fields(); ++f) {
    const FieldCells expected = cells_of_field(screen, f);
    ASSERT_EQ(table.cells_of(f), static_cast<std::int64_t>(expected.y.size()));
    EXPECT_EQ(table.failed[f] != 0, expected.failed);
    EXPECT_EQ(table.height[f], expected.height);
    for (std::size_t i = 0; i < expected.y.size(); ++i, ++row) {
      EXPECT_EQ(table.y[row], expected.y[i]);
      EXPECT_EQ(table.x[row], expected.x[i]);
      EXPECT_EQ(table.area_px[row], expected.area_px[i]);
      EXPECT_EQ(table.mean_intensity[row], expected.mean_intensity[i]);
      EXPECT_EQ(table.eccentricity[row], expected.eccentricity[i]);
      EXPECT_EQ(table.border[row], expected.border[i]);
    }
    if (expected.failed) {
      EXPECT_TRUE(std::isnan(table.focus_score[2 * f + 1]));
    } else {
      EXPECT_EQ(table.focus_score[2 * f + 1], expected.focus_score[1]);
      EXPECT_EQ(table.saturated_fraction[2 * f], expected.saturated_fraction[0]);
    }
  }
}

TEST(CellTable, SameBytesHoweverFieldsAreShared) {
  const screen::Screen screen = small_screen(2, 3, 2);
  const auto folder = fresh_folder("shares");
  const std::string first = written(folder / "a.h5", screen, Sharing::round_robin);
  const std::string second = written(folder / "b.h5", screen, Sharing::all_on_last);
  const std::string third = written(folder / "c.h5", screen, Sharing::backwards_blocks);
  // One process alone, without MPI-IO.
  const auto own = folder / ("alone" + std::to_string(world().rank()) + ".h5");
  write_cell_table(mpi::Communicator::self(), own, screen, share(screen, Sharing::round_robin, 0, 1),
                   provenance);
  EXPECT_TRUE(first == read_file(own));
  EXPECT_TRUE(second == first);
  EXPECT_TRUE(third == first);
}

TEST(CellTable, FewerFieldsThanRanksAndNoCells) {
  const auto folder = fresh_folder("few");
  const screen::Screen one = small_screen(1, 1, 1);  // field 0 has no cells
  written(folder / "one.h5", one, Sharing::round_robin);
  EXPECT_EQ(read_cell_table(folder / "one.h5").cells(), 0);
  const screen::Screen none;
  written(folder / "none.h5", none, Sharing::round_robin);
  EXPECT_EQ(read_cell_table(folder / "none.h5").fields(), 0u);
}

// The same message on all ranks: none is left waiting.
void expect_agreed(const std::string& message, const std::string& part) {
  const auto all = world().all_gather(message);
  for (const auto& other : all) EXPECT_EQ(other, all.front());
  EXPECT_THAT(message, HasSubstr(part));
}

TEST(CellTable, ErrorsAreAgreed) {
  const screen::Screen screen = small_screen(1, 2, 2);
  const auto folder = fresh_folder("agreed");
  auto mine = share(screen, Sharing::all_on_last, world().rank(), world().size());
  if (!mine.empty()) mine.pop_back();
  expect_agreed(message_of([&] { write_cell_table(world(), folder / "x.h5", screen, mine, provenance); }),
                "plate P1, well A02, site 2: its cells are missing");
  mine = share(screen, Sharing::all_on_last, world().rank(), world().size());
  if (!mine.empty()) mine.push_back(mine[1]);
  expect_agreed(message_of([&] { write_cell_table(world(), folder / "x.h5", screen, mine, provenance); }),
                "plate P1, well A01, site 2: its cells were brought twice");
  mine = share(screen, Sharing::all_on_last, world().rank(), world().size());
  if (!mine.empty()) mine[1].x.pop_back();
  expect_agreed(message_of([&] { write_cell_table(world(), folder / "x.h5", screen, mine, provenance); }),
                "unequal length");
  if (world().root()) write_file_atomically(folder / "file", "");
  world().barrier();
  mine = share(screen, Sharing::all_on_last, world().rank(), world().size());
  expect_agreed(
      message_of([&] { write_cell_table(world(), folder / "file" / "x.h5", screen, mine, provenance); }),
      "folder cannot be made");
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    EXPECT_EQ(entry.path().filename(), "file");  // neither x.h5 nor a temporary of it
}

TEST(CellTable, BadFilesAreRefused) {
  const screen::Screen screen = small_screen(1, 2, 2);
  const auto folder = fresh_folder("bad");
  const auto path = folder / "cells.h5";
  written(path, screen, Sharing::round_robin);
  world().barrier();
  if (!world().root()) return;
  EXPECT_THAT([&] { read_cell_table(folder / "absent.h5"); },
              ThrowsMessage<Error>(HasSubstr("no such file")));
  const CellTable table = read_cell_table(path);
  EXPECT_THAT([&] { check_cells_match(table, small_screen(1, 2, 3), path); },
              ThrowsMessage<Error>(testing::AllOf(HasSubstr("another screen (4 fields; this one has 6)"),
                                                  HasSubstr("segment again"))));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_THROW(read_cell_table(path), Error);
  hdf5::File other = hdf5::File::create(folder / "other.h5");
  other.close();
  EXPECT_THAT([&] { read_cell_table(folder / "other.h5"); },
              ThrowsMessage<Error>(HasSubstr("not a cell table")));
}

}  // namespace
}  // namespace cytoscale::store
