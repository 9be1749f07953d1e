// The MPI side of Communicator, for this folder's .cpp files alone.
#pragma once
#include <mpi.h>

#include <string>

#include "core/error.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale::mpi {

struct Communicator::Impl {
  MPI_Comm comm = MPI_COMM_NULL;  // null: this process alone, without MPI
};

inline void check_mpi(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw Error(std::string(call) + " failed: " + std::string(text, static_cast<std::size_t>(length)), "MPI",
              "Look for a rank or node that was lost; the same command goes on from what is saved");
}

}  // namespace cytoscale::mpi
