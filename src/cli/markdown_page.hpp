// A job's page of docs/jobs.
#pragma once
#include <string>

#include "cli/job_manual.hpp"

namespace cytoscale::cli {

// Title, what it does, and a table of options for each group.
std::string markdown_page(const JobText& job, const OptionSet& options);

}  // namespace cytoscale::cli
