// What each job says of itself: the texts in manual/, one file per job, which are built into the program.
#pragma once
#include <string>

#include "cli/manual_page.hpp"

namespace cytoscale::jobs {

// Throws Error where there is none, or it is no manual (cli::read_manual()).
cli::JobText manual_of(const std::string& job);

}  // namespace cytoscale::jobs
