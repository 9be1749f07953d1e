// The HDF5 library in this process.
#pragma once
#include <string>

namespace cytoscale::hdf5 {

// Before MPI is started, once: else HDF5 has MPI_Finalize close what is still open, and crashes where that
// could not be closed before (a full disk).
void start_library();

std::string hdf5_library_version();  // "1.10.8"

}  // namespace cytoscale::hdf5
