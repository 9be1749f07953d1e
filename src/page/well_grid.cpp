#include "page/well_grid.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "core/text/well_name.hpp"

namespace cytoscale::page {

WellGrid::WellGrid(const std::vector<std::string>& wells) {
  std::size_t last_row = 0, last_column = 0;
  first_row = first_column = std::numeric_limits<std::size_t>::max();
  for (const auto& well : wells) {
    const auto place = place_of_well(well);
    if (!place) throw Error("the name of well '" + well + "' tells no place on a plate");
    first_row = std::min(first_row, place->first), last_row = std::max(last_row, place->first);
    first_column = std::min(first_column, place->second), last_column = std::max(last_column, place->second);
  }
  if (wells.empty()) throw Error("there are no wells");
  rows = last_row - first_row + 1, columns = last_column - first_column + 1;
}

std::size_t WellGrid::at(const std::string& well) const {
  const auto place = *place_of_well(well);
  return (place.first - first_row) * columns + place.second - first_column;
}

bool WellGrid::edge(const std::string& well) const {
  const auto place = at(well);
  const auto row = place / columns, column = place % columns;
  return row == 0 || row + 1 == rows || column == 0 || column + 1 == columns;
}

std::vector<std::string> WellGrid::row_names() const {
  std::vector<std::string> names;
  for (std::size_t r = first_row; r < first_row + rows; ++r) names.push_back(row_letters(r));
  return names;
}

std::vector<std::string> WellGrid::column_names() const {
  std::vector<std::string> names;
  for (std::size_t c = first_column; c < first_column + columns; ++c) names.push_back(std::to_string(c + 1));
  return names;
}

}  // namespace cytoscale::page
