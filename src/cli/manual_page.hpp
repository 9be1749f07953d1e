// What `cytoscale <job> --help` prints.
#pragma once
#include <string>

#include "cli/options.hpp"

namespace cytoscale::cli {

// What a job says of itself.
struct JobText {
  std::string name, summary;  // one line
  // Paragraphs, with empty lines between them: what it reads, does, writes; lines that begin with two blanks
  // are examples, and stay as they are.
  std::string description;
};

// From a text whose first line is the summary; below an empty line, the description. Throws Error for any
// other.
JobText read_manual(const std::string& name, const std::string& text);

std::string manual_page(const JobText& job, const OptionSet& options);

}  // namespace cytoscale::cli
