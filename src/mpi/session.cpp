#include "mpi/session.hpp"

#include <cstdlib>
#include <exception>

#include "mpi/native_internal.hpp"

namespace cytoscale::mpi {
namespace {

bool launched_by_mpi() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) {
    if (std::getenv(name)) return true;
  }
  return false;
}

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv, bool force) : exceptions_(std::uncaught_exceptions()) {
  if (!force && !launched_by_mpi()) {
    world_ = std::make_unique<Communicator>(Communicator::self());
    return;
  }
  int provided = 0;
  check_mpi(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  active_ = true;
  if (provided < MPI_THREAD_FUNNELED)
    throw Error("this MPI cannot be used by a program with threads", "MPI_Init_thread",
                "Take an MPI built with thread support (MPI_THREAD_FUNNELED)");
  check_mpi(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  MPI_Comm world = MPI_COMM_WORLD;
  world_ = std::make_unique<Communicator>(Communicator::from_native(&world));
}

MpiSession::~MpiSession() {
  if (!active_ || std::uncaught_exceptions() > exceptions_) return;
  world_.reset();
  MPI_Finalize();
}

}  // namespace cytoscale::mpi
