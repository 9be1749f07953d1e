// From the words of the command line to a job that runs on all ranks.
#pragma once
#include <string>
#include <vector>

#include "mpi/communicator.hpp"

namespace cytoscale::jobs {

// Finds the job, reads its options, takes the lock of the folder that it writes into and runs it. Returns the
// exit code; throws what the job throws. Collective: yes.
int launch(const std::vector<std::string>& arguments, const mpi::Communicator& comm);

}  // namespace cytoscale::jobs
