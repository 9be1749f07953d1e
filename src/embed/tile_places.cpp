#include "embed/tile_places.hpp"

#include <algorithm>

namespace cytoscale::embed {

TilePlaces::TilePlaces(const store::CellTable& cells, const screen::FieldGroups& groups, std::size_t tile)
    : cells_(cells), groups_(groups), tile_(tile) {}

// Counted over all tiles. A group's first tile has the number of full tiles that the cells before it fill,
// and one for each group before it, since each may end with a tile that is not full.
std::size_t TilePlaces::first_place(FieldId field) const {
  const auto number = groups_.group_of(field);
  const auto begin = cells_.first_cell[groups_[number].first];
  return (static_cast<std::size_t>(begin) / tile_ + number) * tile_ +
         static_cast<std::size_t>(cells_.first_cell[field] - begin);
}

std::vector<TilePart> TilePlaces::parts_of(FieldId field) const {
  std::vector<TilePart> parts;
  const auto cells = static_cast<std::size_t>(cells_.cells_of(field));
  const auto start = first_place(field);
  for (std::size_t first = 0; first < cells; first += parts.back().count) {
    const auto at = start + first, place = at % tile_;
    parts.push_back({at / tile_, place, first, std::min(tile_ - place, cells - first)});
  }
  return parts;
}

screen::FieldGroups groups_for_tiles(const screen::Screen& screen, const store::CellTable& cells,
                                     std::size_t tile) {
  return screen::group_fields(
      screen, [&](FieldId field) { return static_cast<double>(cells.cells_of(field)); },
      tile > 1 ? 16.0 * static_cast<double>(tile) : 0);
}

}  // namespace cytoscale::embed
