// Man pages: of a job, and of the program.
#pragma once
#include <string>
#include <vector>

#include "cli/job_manual.hpp"

namespace cytoscale::cli {

// cytoscale-JOB(1), in the macros of man(7). `version`: for the foot of the page.
std::string roff_page(const JobText& job, const OptionSet& options, const std::string& version);

// cytoscale(1): what there is, with a line for each job.
std::string roff_overview(const std::vector<JobText>& jobs, const std::string& version);

}  // namespace cytoscale::cli
