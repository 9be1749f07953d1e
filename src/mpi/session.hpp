// MPI's lifetime for a program. Not finalized while an exception unwinds: that hangs the other ranks
// (docs/architecture.md, "Failing together"); guarded_run.hpp ends all ranks then.
#pragma once
#include "mpi/communicator.hpp"

namespace cytoscale::mpi {

class MpiSession {
 public:
  // Initializes MPI (FUNNELED) when the process was started by mpirun or srun, or always with `force`; a lone
  // process stays without it.
  MpiSession(int& argc, char**& argv, bool force = false);
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  Communicator& world() { return *world_; }

 private:
  std::unique_ptr<Communicator> world_;
  bool active_ = false;
  int exceptions_ = 0;
};

}  // namespace cytoscale::mpi
