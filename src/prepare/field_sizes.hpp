// The size that the fields of each plate should have, told from their headers: the most frequent one. A field
// of another size is a failure of that field, not of the plate.
#pragma once
#include <vector>

#include "core/ids.hpp"
#include "image/plane.hpp"
#include "mpi/communicator.hpp"
#include "screen/screen.hpp"

namespace cytoscale::prepare {

// How headers are read: by threads of each rank; one that takes longer than `timeout_s` (0: no limit) has no
// say, and after three of those a rank reads no more.
struct HeaderReading {
  int threads = 1;
  double timeout_s = 300;
};

// One per plate, as plates_of(screen); 0 where no header of the plate can be read. Ranks share the headers.
// Collective: yes.
std::vector<image::PictureSize> sizes_by_plate(const mpi::Communicator& comm, const screen::Screen& screen,
                                               const HeaderReading& how = {});

}  // namespace cytoscale::prepare
