// From the words of the command line to a job that runs on all ranks.
#pragma once
#include <string>
#include <vector>

#include "mpi/communicator.hpp"
#include "pipeline/self_description.hpp"

namespace cytoscale::pipeline {

// Prints what the words ask of the program itself (self_description.hpp); else finds the job, reads its
// options, takes the locks of the folders that it writes into and runs it. Returns the exit code; throws what
// the job throws. Collective: yes.
int launch(const std::vector<std::string>& arguments, const mpi::Communicator& comm, const Program& program);

}  // namespace cytoscale::pipeline
