// The names of the fields in cells.h5. Collective: no.
#pragma once
#include <filesystem>

#include "core/table/csv.hpp"

namespace cytoscale::store {

// A row per field: Metadata_Plate, Metadata_Well, Metadata_Site. Throws Error: missing, truncated, not a cell
// table.
Table read_cell_fields(const std::filesystem::path& path);

}  // namespace cytoscale::store
