// From the words of the command line to a job that runs on all ranks.
#pragma once
#include <string>
#include <vector>

#include "mpi/communicator.hpp"
#include "pipeline/job_base.hpp"

namespace cytoscale::pipeline {

// Finds the job among those there are, reads its options, takes the locks of the folders that it writes into
// and runs it. Returns the exit code; throws what the job throws. Collective: yes.
int launch(const std::vector<std::string>& arguments, const mpi::Communicator& comm,
           const MakeJobs& make_jobs);

}  // namespace cytoscale::pipeline
