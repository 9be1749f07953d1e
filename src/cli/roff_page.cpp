#include "cli/roff_page.hpp"

#include <algorithm>
#include <sstream>
#include "core/text/letter_case.hpp"

namespace cytoscale::cli {
namespace {

// Text that roff takes for nothing else: no escapes, no quotes of its own for hyphens that are typed, no
// requests at the start of a line.
std::string escaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = i == 0 || text[i - 1] == '\n';
    if (begins && (text[i] == '.' || text[i] == '\'')) out += "\\&";
    if (text[i] == '\\')
      out += "\\e";
    else if (text[i] == '-')
      out += "\\-";
    else if (text[i] == '\'')
      out += "\\(aq";
    else
      out += text[i];
  }
  return out;
}

std::string head(const std::string& name, const std::string& version) {
  return ".TH \"" + escaped(upper_case(name)) + "\" \"1\" \"\" \"cytoscale " + escaped(version) +
         "\" \"cytoscale\"\n";
}

std::string section(const std::string& title) {
  return ".SH " + title + "\n";
}

std::string example(const std::string& text) {
  return ".PP\n.in +2n\n.nf\n" + escaped(text) + "\n.fi\n.in\n";
}

std::string entry(const std::string& term, const std::string& text) {
  return ".TP\n\\fB" + escaped(term) + "\\fR\n" + escaped(text) + "\n";
}

std::string exit_section() {
  auto page = section("\"EXIT STATUS\"");
  for (const auto& [code, meaning] : exit_codes()) page += entry(code, meaning);
  return page;
}

std::string options_section(const OptionSet& options) {
  auto page = section("OPTIONS");
  for (const auto& group : option_groups(options)) {
    if (!group.title.empty()) page += ".SS \"" + escaped(group.title) + "\"\n";
    for (const auto& option : group.options) page += entry(head_of(option), help_of(option));
  }
  return page;
}

}  // namespace

std::string roff_page(const JobText& job, const OptionSet& options, const std::string& version) {
  auto page = head("cytoscale-" + job.name, version) + section("NAME") + escaped("cytoscale-" + job.name) +
              " \\- " + escaped(job.summary) + "\n" + section("SYNOPSIS") + ".nf\n";
  for (const auto& line : synopsis_of(job, options)) page += escaped(line) + "\n";
  page += ".fi\n" + section("DESCRIPTION");
  bool first = true;
  for (const auto& passage : passages_of(job.description)) {
    if (passage.example)
      page += example(passage.text);
    else
      page += (first ? "" : ".PP\n") + escaped(passage.text) + "\n";
    first = false;
  }
  return page + options_section(options) + exit_section() + section("\"SEE ALSO\"") + ".BR cytoscale (1)\n";
}

std::string roff_overview(const std::vector<JobText>& jobs, const std::string& version) {
  auto page =
      head("cytoscale", version) + section("NAME") +
      "cytoscale \\- profiles of a microscope screen that tell which treatments act alike\n" +
      section("SYNOPSIS") + ".nf\n" +
      escaped(
          "cytoscale JOB [--config FILE] [--KEY VALUE ...]\nmpirun -n RANKS cytoscale JOB ...\n"
          "cytoscale help JOB\ncytoscale completion bash|zsh|fish\ncytoscale --version") +
      "\n.fi\n" + section("DESCRIPTION") +
      "Images of cells in, treatments that act alike out. Each job reads and writes files, and can be run\n"
      "alone; the job run does the whole chain.\n" +
      section("JOBS");
  for (const auto& job : jobs) page += entry(job.name, job.summary);
  page += exit_section() + section("ENVIRONMENT") +
          entry("NO_COLOR", "if it is set to anything, messages on a terminal have no color") +
          section("\"SEE ALSO\"");
  for (std::size_t i = 0; i < jobs.size(); ++i)
    page += ".BR " + escaped("cytoscale-" + jobs[i].name) + " (1)" + (i + 1 < jobs.size() ? ",\n" : "\n");
  return page;
}

}  // namespace cytoscale::cli
