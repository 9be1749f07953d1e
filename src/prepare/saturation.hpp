// Where a camera's ceiling is lower than what the file's bits can hold (12 bits in 16), and the file does not
// say so: the plate tells.
#pragma once
#include <vector>

#include "mpi/communicator.hpp"
#include "screen/screen.hpp"
#include "store/field_cells.hpp"

namespace cytoscale::prepare {

// True for values that a converter of fewer bits ends at: one below a power of two (255 … ), and the same
// with 10 to 15 bits moved up to the top of 16.
bool is_ceiling(float value);

// Of each channel of a plate, the brightest value of any pixel is the ceiling where is_ceiling() and at least
// ten pixels of the plate have it. The fields' saturated_fraction is then that of the pixels that have it.
// Each field is on one rank. Collective: yes.
void apply_ceilings(const mpi::Communicator& comm, const screen::Screen& screen,
                    std::vector<store::FieldCells>& mine);

}  // namespace cytoscale::prepare
