// Which pixels of a field are of which of its cells, so that a crop can show one cell without its neighbors.
#pragma once
#include <algorithm>
#include <filesystem>
#include <span>

#include "image/plane.hpp"
#include "image/segment/label_mask.hpp"

namespace cytoscale::image {

struct CellLabels {
  int height = 0, width = 0;
  std::vector<std::int32_t> labels;   // [H][W]; 0: of no cell
  std::vector<std::int32_t> of_cell;  // the label of each cell of the field, in the cell table's order
  bool empty() const { return labels.empty(); }
};

// The cells are those that measure_labels() finds in the mask, or some of them: centers as it has them, bit
// for bit. Throws Error naming the mask: a center where it has no cell.
CellLabels labels_of_cells(LabelMask mask, std::span<const float> y, std::span<const float> x,
                           const std::filesystem::path& path);

// Calls blank(row, column) for each pixel that is another cell's; both count from the window's corner, which
// lies at (top, left) of the field. Pixels of no cell, and what is outside the field, are left out.
template <typename Blank>
void visit_neighbors(const CellLabels& cells, std::size_t cell, long top, long left, PictureSize window,
                     const Blank& blank) {
  if (cells.empty()) return;
  const auto own = cells.of_cell[cell];
  const long rows = std::min<long>(window.height, cells.height - top),
             columns = std::min<long>(window.width, cells.width - left);
  for (long row = std::max(0L, -top); row < rows; ++row) {
    const auto* labels = cells.labels.data() + (top + row) * cells.width + left;
    for (long column = std::max(0L, -left); column < columns; ++column)
      if (labels[column] != 0 && labels[column] != own)
        blank(static_cast<std::size_t>(row), static_cast<std::size_t>(column));
  }
}

}  // namespace cytoscale::image
