// Places of cells in tiles, by hand.
#include "embed/tile_places.hpp"

#include <gtest/gtest.h>

namespace cytoscale::embed {
namespace {

store::CellTable table_of(const std::vector<std::int64_t>& counts) {
  store::CellTable cells;
  cells.first_cell = {0};
  for (const auto count : counts) cells.first_cell.push_back(cells.first_cell.back() + count);
  cells.height = cells.width = std::vector<int>(counts.size());
  cells.failed = std::vector<char>(counts.size());
  return cells;
}

using Parts = std::vector<TilePart>;

TEST(TilePlaces, TilesFillAcrossTheFieldsOfAGroup) {
  const auto cells = table_of({3, 0, 6, 2, 9});
  const TilePlaces places(cells, Array<screen::FieldGroup>{{FieldId(0), 3}, {FieldId(3), 2}}, 4);
  EXPECT_EQ(places.parts_of(FieldId(0)), (Parts{{0, 0, 0, 3}}));
  EXPECT_EQ(places.parts_of(FieldId(1)), Parts{});
  EXPECT_EQ(places.parts_of(FieldId(2)), (Parts{{0, 3, 0, 1}, {1, 0, 1, 4}, {2, 0, 5, 1}}));
  EXPECT_EQ(places.parts_of(FieldId(3)), (Parts{{3, 0, 0, 2}})) << "a group begins with a new tile";
  EXPECT_EQ(places.parts_of(FieldId(4)), (Parts{{3, 2, 0, 2}, {4, 0, 2, 4}, {5, 0, 6, 3}}));
}

TEST(TilePlaces, TilesOfOneAndGroupsForTiles) {
  const auto cells = table_of({20, 20, 20, 1, 50, 1});
  screen::Screen screen;
  for (std::size_t f = 0; f < 6; ++f) screen.fields.push_back({f < 5 ? "P1" : "P2", "A01", "1", {}, {}});
  const screen::FieldGroups alone = groups_for_tiles(screen, cells, 1);
  EXPECT_EQ(alone.size(), 6u);
  EXPECT_EQ(groups_for_tiles(screen, cells, 3).listed(),
            (Array<screen::FieldGroup>{{FieldId(0), 3}, {FieldId(3), 2}, {FieldId(5), 1}}));
  EXPECT_EQ(TilePlaces(cells, alone, 1).parts_of(FieldId(1)).size(), 20u);
}

}  // namespace
}  // namespace cytoscale::embed
