// The cells that segment finds in one field. Collective: no.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.hpp"

namespace cytoscale::store {

// Sorted by y, then x. All cell columns have the same length.
struct FieldCells {
  FieldId field;
  bool failed = false;        // could not be read: no cells, no quality
  int height = 0, width = 0;  // px; 0 where failed
  std::vector<float> y, x;    // centroid, px, pixel centers at integers
  std::vector<float> area_px, mean_intensity, eccentricity;
  std::vector<std::uint8_t> border;  // 1: touches the field's edge
  std::vector<float> focus_score,
      saturated_fraction;  // per channel of the screen; may be empty (stored as NaN)
  // Per channel, to find the ceiling of a plate (prepare/saturation.hpp); not in the cell table. May be
  // empty.
  std::vector<float> brightest,                // value of a pixel; 0 where it tells nothing of a ceiling
      brightest_pixels;                        // that have it
  std::vector<std::uint8_t> offset_taken_off;  // 1: its values were stored as signed (image/io/raw_plane.hpp)
};

// Columns and size as bytes, to keep them in a journal (store/rows/journal.hpp); field and failed are told by
// the record. unpack_cells() throws Error where the bytes are not of pack_cells().
std::string pack_cells(const FieldCells& cells);
FieldCells unpack_cells(const std::string& bytes);

}  // namespace cytoscale::store
