// Which MPI this program is linked with.
#pragma once
#include <string>

namespace cytoscale::mpi {

// "Open MPI v4.1.4": the first words of what the library says of itself. MPI need not have begun.
std::string mpi_library_version();

}  // namespace cytoscale::mpi
