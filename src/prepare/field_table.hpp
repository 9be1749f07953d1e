// Whole fields where a job expects cells: a cell table in which each field has one cell, in its middle.
#pragma once
#include <filesystem>

#include "mpi/communicator.hpp"
#include "prepare/field_sizes.hpp"
#include "screen/manifest.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::prepare {

// Sizes are those of the plates (field_sizes.hpp); fields of a plate of which no header can be read are
// failed. Areas and intensities are not measured: NaN. Collective: yes.
store::CellTable field_table(const mpi::Communicator& comm, const screen::Screen& screen,
                             const HeaderReading& how);

struct ScreenCells {
  screen::Screen screen;
  store::CellTable cells;
};
// A screen with the cells of a table; without one (empty), with its fields in the place of cells. Throws the
// same Error on all ranks: either cannot be read, the table is of another screen. Collective: yes.
ScreenCells read_screen_cells(const mpi::Communicator& comm, const screen::ManifestOptions& manifest,
                              const std::filesystem::path& table, const HeaderReading& how);

}  // namespace cytoscale::prepare
