#include "cli/job_manual.hpp"

#include <algorithm>
#include <sstream>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale::cli {
namespace {

constexpr std::size_t longest_words = 52;  // of a closed list that stands in an option's head

bool words_in_head(const Option& option) {
  return option.words.empty() || option.value_name != join(option.words, "|") ||
         option.value_name.size() <= longest_words;
}

// Those that are no option of a job's own.
std::vector<Option> common_options() {
  Option config, help;
  config.key = "config";
  config.value_name = "FILE";
  config.takes_file = true;
  config.help = "file with lines key = value for any option of any job; the command line overrides it";
  help.key = "help";
  help.is_switch = true;
  help.help = "print this page";
  return {config, help};
}

}  // namespace

JobText read_manual(const std::string& name, const std::string& text) {
  const auto gap = text.find("\n\n");
  if (gap == 0 || gap == std::string::npos || text.find('\n') != gap)
    throw Error("the text is not a line and, below an empty one, paragraphs", "the manual of " + name,
                "This is a defect: please report it");
  return {name, text.substr(0, gap), text.substr(gap + 2)};
}

std::vector<Passage> passages_of(const std::string& description) {
  std::vector<Passage> passages;
  std::istringstream lines(description);
  std::string line;
  bool fresh = true;  // the next line begins a passage
  while (std::getline(lines, line)) {
    if (line.empty()) {
      fresh = true;
      continue;
    }
    const bool example = line.starts_with("  ");
    const auto text = example ? line.substr(2) : line;
    if (fresh || example != passages.back().example)
      passages.push_back({example, text});
    else
      passages.back().text += (example ? "\n" : " ") + text;
    fresh = false;
  }
  return passages;
}

std::vector<OptionGroup> option_groups(const OptionSet& options) {
  std::vector<OptionGroup> groups = {{"", common_options()}};
  for (const auto& option : options.options()) {
    auto at =
        std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.title == option.group; });
    if (at == groups.end()) at = groups.insert(groups.end(), {option.group, {}});
    at->options.push_back(option);
  }
  return groups;
}

std::string head_of(const Option& option) {
  if (option.is_switch) return "--" + option.key;
  return "--" + option.key + " " + (words_in_head(option) ? option.value_name : "WORD");
}

std::string help_of(const Option& option) {
  auto help = option.help;
  if (!words_in_head(option)) help += "; one of " + join(option.words, ", ");
  if (option.is_switch ? option.default_text == "true" : !option.default_text.empty())
    help += " [" + option.default_text + "]";
  return help;
}

std::vector<std::string> synopsis_of(const JobText& job, const OptionSet& options) {
  const auto rest = options.rest() ? " " + options.rest()->value_name + " ..." : std::string();
  return {"cytoscale " + job.name + rest + " [--config FILE] [--KEY VALUE ...]",
          "mpirun -n RANKS cytoscale " + job.name + " ..."};
}

std::vector<std::pair<std::string, std::string>> exit_codes() {
  return {{"0", "success"},
          {"2", "bad input or options: one message says which, where and what to do"},
          {"75", "stopped by a signal, what is done is saved: the same command goes on"},
          {"70", "an internal failure"},
          {"other", "from the system (137: killed)"}};
}

}  // namespace cytoscale::cli
