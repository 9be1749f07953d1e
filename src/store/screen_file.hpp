// The screen of a manifest, read by one rank and held once by each node; and screen.h5, in which it is kept
// so that the next job need not parse the manifest (docs/file-format.md, "The screen").
#pragma once
#include <filesystem>

#include "mpi/communicator.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::store {

// As screen::read_manifest(), which rank 0 alone calls, on all ranks. The screen.h5 that options.kept names
// stands for the manifest where it was made from the same files with the same options; else it is written, if
// options.keep says so. Throws the same Error on all ranks. Collective: yes.
screen::Screen open_screen(const mpi::Communicator& comm, const screen::ManifestOptions& options);

}  // namespace cytoscale::store
