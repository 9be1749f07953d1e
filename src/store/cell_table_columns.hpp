// How cells.h5 is laid out: shared by its writer and reader. Collective: no.
#pragma once
#include <cstdint>
#include <vector>

#include "store/cell_table.hpp"

namespace cytoscale::store {

inline constexpr const char* cell_table_format = "cytoscale cell table";
inline constexpr std::int64_t cell_table_version = 1;

// The columns of numbers per cell, by the name of their dataset.
struct FloatColumn {
  const char* name;
  std::vector<float> FieldCells::*of_field;
  StoredColumn<float> CellTable::*of_table;
};
inline constexpr FloatColumn cell_columns[] = {
    {"y", &FieldCells::y, &CellTable::y},
    {"x", &FieldCells::x, &CellTable::x},
    {"area_px", &FieldCells::area_px, &CellTable::area_px},
    {"mean_intensity", &FieldCells::mean_intensity, &CellTable::mean_intensity},
    {"eccentricity", &FieldCells::eccentricity, &CellTable::eccentricity},
};
inline constexpr FloatColumn quality_columns[] = {
    {"focus_score", &FieldCells::focus_score, &CellTable::focus_score},
    {"saturated_fraction", &FieldCells::saturated_fraction, &CellTable::saturated_fraction},
};

}  // namespace cytoscale::store
