// What a job says of itself, in the pieces that every form of its manual is made of: the page of --help
// (manual_page.hpp), the man page (roff_page.hpp), the page of docs/jobs (markdown_page.hpp).
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "cli/options.hpp"

namespace cytoscale::cli {

struct JobText {
  std::string name, summary;  // one line
  // Paragraphs, with empty lines between them: what it reads, does, writes; lines that begin with two blanks
  // are examples, and stay as they are.
  std::string description;
};

// From a text whose first line is the summary; below an empty line, the description. Throws Error for any
// other.
JobText read_manual(const std::string& name, const std::string& text);

// A paragraph, its lines joined by blanks, or an example of one or more lines as they stand, without the two
// blanks.
struct Passage {
  bool example = false;
  std::string text;
};
std::vector<Passage> passages_of(const std::string& description);

// Options by their groups: each group once, where its first option stands. The first are those that every job
// has, --config and --help.
struct OptionGroup {
  std::string title;
  std::vector<Option> options;
};
std::vector<OptionGroup> option_groups(const OptionSet& options);

// "--key VALUE"; a list of words that is too long for a line is "--key WORD", and help_of() has the words.
std::string head_of(const Option& option);
// With the default in brackets.
std::string help_of(const Option& option);
// "cytoscale JOB [FILE ...] [--config FILE] [--KEY VALUE ...]" and the line with mpirun.
std::vector<std::string> synopsis_of(const JobText& job, const OptionSet& options);

// The exit codes of every job, with what each means.
std::vector<std::pair<std::string, std::string>> exit_codes();

}  // namespace cytoscale::cli
