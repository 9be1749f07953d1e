// Where the cells of a screen stand in an encoder's tiles. The cells of a group of fields (screen/plan.hpp)
// fill tile after tile in their order, across fields; a group begins with a new tile. So a cell's place
// depends on the cell table and the size of a tile alone, not on ranks or threads, nor on fields that cannot
// be read or are done already: their places stay empty. That matters where a place changes the last bits of
// what is computed there (bf16 on a GPU).
#pragma once
#include <cstddef>
#include <vector>

#include "core/ids.hpp"
#include "screen/plan.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::embed {

// Cells [first, first + count) of a field stand in one tile, from `place` on.
struct TilePart {
  std::size_t tile, place, first, count;
  bool operator==(const TilePart&) const = default;
};

class TilePlaces {
 public:
  // tile: its places.
  TilePlaces(const store::CellTable& cells, const screen::FieldGroups& groups, std::size_t tile);
  std::size_t tile() const { return tile_; }
  // The field's cells, tile by tile. Tiles are numbered over the screen, in order; numbers may be left out.
  std::vector<TilePart> parts_of(FieldId field) const;

 private:
  std::size_t first_place(FieldId field) const;
  const store::CellTable& cells_;
  screen::FieldGroups groups_;
  std::size_t tile_;
};

// Groups of so many cells that of 16 tiles one is not full. Whole fields, one a tile, stand alone.
screen::FieldGroups groups_for_tiles(const screen::Screen& screen, const store::CellTable& cells,
                                     std::size_t tile);

}  // namespace cytoscale::embed
