// Wells where they lie on their plates.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace cytoscale::page {

// The part of a plate that wells lie in: of all plates, so that they are drawn alike.
struct WellGrid {
  // Throws Error: a name that tells no place.
  explicit WellGrid(const std::vector<std::string>& wells);
  std::size_t rows = 0, columns = 0;  // counted from A and 1
  std::size_t first_row = 0, first_column = 0;
  std::size_t size() const { return rows * columns; }
  std::size_t at(const std::string& well) const;  // row by row
  bool edge(const std::string& well) const;       // in an outermost row or column of those used
  std::vector<std::string> row_names() const, column_names() const;
};

}  // namespace cytoscale::page
