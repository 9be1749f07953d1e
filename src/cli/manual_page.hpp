// What `cytoscale JOB --help` and `cytoscale help JOB` print.
#pragma once
#include <string>

#include "cli/job_manual.hpp"

namespace cytoscale::cli {

inline constexpr std::size_t page_width = 80;  // characters of a line; examples stay as they are

std::string manual_page(const JobText& job, const OptionSet& options);

// `text` in lines of at most `page_width` characters, each after `indent` blanks; a longer word stands alone.
std::string wrapped(const std::string& text, std::size_t indent);

}  // namespace cytoscale::cli
