// The cell table, cells.h5: every nucleus of a screen in global order (field, then y, then x), with its
// field's quality. Written by all ranks into one HDF5 file. In memory are 17 bytes a field, once a node; what
// is of cells is read when it is asked for. docs/file-format.md has the datasets. The bytes depend on the
// cells, the screen and the provenance alone, not on the number of ranks.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/table/array.hpp"
#include "mpi/communicator.hpp"
#include "screen/screen.hpp"
#include "store/field_cells.hpp"
#include "store/stored_column.hpp"

namespace cytoscale::store {

struct CellTable {
  std::vector<std::string> channels;
  Array<std::int64_t> first_cell;  // n_fields + 1: cells of field f are [first_cell[f], first_cell[f + 1])
  StoredColumn<float> y, x, area_px, mean_intensity, eccentricity;  // per cell
  StoredColumn<std::uint8_t> border;                                // per cell
  Array<char> failed;                                               // per field
  Array<int> height, width;                                         // per field
  StoredColumn<float> focus_score, saturated_fraction;              // [field][channel]
  std::string screen_fingerprint;
  std::string content;  // of the file, where it is of one: tells whether another has the same cells
  nlohmann::json provenance;

  std::int64_t cells() const { return first_cell.empty() ? 0 : first_cell.back(); }
  std::size_t fields() const { return failed.size(); }
  std::int64_t cells_of(FieldId field) const { return first_cell[field + 1] - first_cell[field]; }
  template <typename T>
  std::vector<T> of_field(const StoredColumn<T>& column, FieldId field) const {
    return column.read(first_cell[field], cells_of(field));
  }
};

// Every field of the screen is brought by exactly one rank, in any order. Written beside and renamed.
// Throws the same Error on all ranks: a field missing or brought twice, columns of unequal length, a full
// disk. Collective: yes.
void write_cell_table(const mpi::Communicator& comm, const std::filesystem::path& path,
                      const screen::Screen& screen, std::vector<FieldCells> mine,
                      const nlohmann::json& provenance);

// Rank 0 reads what is of fields, and each node holds it once. Throws the same Error on all ranks: missing,
// truncated, not a cell table, columns that disagree. Collective: yes.
CellTable open_cell_table(const mpi::Communicator& comm, const std::filesystem::path& path);
// The same for a process alone. Collective: no.
CellTable read_cell_table(const std::filesystem::path& path);

// Of the cells' places, field by field: tells whether another file's rows are these cells. Collective: no.
std::string cells_fingerprint(const CellTable& cells);

// Throws Error when the table was made from another screen. Collective: no.
void check_cells_match(const CellTable& cells, const screen::Screen& screen,
                       const std::filesystem::path& path);

}  // namespace cytoscale::store
