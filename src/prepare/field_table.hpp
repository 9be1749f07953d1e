// Whole fields where a job expects cells: a cell table in which each field has one cell, in its middle.
#pragma once
#include "mpi/communicator.hpp"
#include "prepare/field_sizes.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::prepare {

// Sizes are those of the plates (field_sizes.hpp); fields of a plate of which no header can be read are
// failed. Areas and intensities are not measured: NaN. Collective: yes.
store::CellTable field_table(const mpi::Communicator& comm, const screen::Screen& screen,
                             const HeaderReading& how = {});

}  // namespace cytoscale::prepare
