#include "embed/tile_places.hpp"

#include <algorithm>

namespace cytoscale::embed {

TilePlaces::TilePlaces(const store::CellTable& cells, const screen::FieldGroups& groups, std::size_t tile)
    : cells_(cells), tile_(tile), first_place_(cells.fields()) {
  std::size_t place = 0;
  for (const auto& group : groups) {
    place = (place + tile - 1) / tile * tile;
    for (std::size_t field = group.first; field < group.first + group.count; ++field) {
      first_place_[field] = place;
      place += static_cast<std::size_t>(cells.cells_of(FieldId(field)));
    }
  }
}

std::vector<TilePart> TilePlaces::parts_of(FieldId field) const {
  std::vector<TilePart> parts;
  const auto cells = static_cast<std::size_t>(cells_.cells_of(field));
  for (std::size_t first = 0; first < cells; first += parts.back().count) {
    const auto at = first_place_[field] + first, place = at % tile_;
    parts.push_back({at / tile_, place, first, std::min(tile_ - place, cells - first)});
  }
  return parts;
}

screen::FieldGroups groups_for_tiles(const screen::Screen& screen, const store::CellTable& cells,
                                     std::size_t tile) {
  std::vector<double> counts;
  for (FieldId f; f < cells.fields(); ++f) counts.push_back(static_cast<double>(cells.cells_of(f)));
  return screen::group_fields(screen, counts, tile > 1 ? 16.0 * static_cast<double>(tile) : 0);
}

}  // namespace cytoscale::embed
