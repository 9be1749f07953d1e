// The jobs there are, in the order of the pipeline.
#pragma once
#include "jobs/job.hpp"

namespace cytoscale::jobs {

pipeline::Jobs all_jobs();

}  // namespace cytoscale::jobs
