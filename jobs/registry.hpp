// The jobs there are, in the order of the pipeline, and every key that a config file may hold.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "jobs/job.hpp"

namespace cytoscale::jobs {

std::vector<std::unique_ptr<Job>> all_jobs();
std::vector<std::string> all_keys();

}  // namespace cytoscale::jobs
