#include "cli/markdown_page.hpp"

namespace cytoscale::cli {
namespace {

// In running text: what Markdown would take for something else.
std::string escaped(const std::string& text) {
  std::string out;
  bool code = false;
  for (const char c : text) {
    if (c == '`') code = !code;
    if (!code && (c == '*' || c == '_' || c == '<' || c == '|')) out += '\\';
    out += c;
  }
  return out;
}

// In a cell of a table a bar ends the cell, also within code.
std::string code_cell(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return "`" + out + "`";
}

}  // namespace

std::string markdown_page(const JobText& job, const OptionSet& options) {
  std::string page = "<!-- Written by the target `job_pages` from jobs/manual/" + job.name +
                     ".txt and the job's options: change those. -->\n# cytoscale " + job.name + "\n\n" +
                     escaped(job.summary) + "\n\n```\n";
  for (const auto& line : synopsis_of(job, options)) page += line + "\n";
  page += "```\n";
  for (const auto& passage : passages_of(job.description))
    page += passage.example ? "\n```\n" + passage.text + "\n```\n" : "\n" + escaped(passage.text) + "\n";
  page += "\n## Options\n";
  for (const auto& group : option_groups(options)) {
    if (!group.title.empty()) page += "\n### " + escaped(group.title) + "\n";
    page += "\n| option | |\n|---|---|\n";
    for (const auto& option : group.options)
      page += "| " + code_cell(head_of(option)) + " | " + escaped(help_of(option)) + " |\n";
  }
  return page;
}

}  // namespace cytoscale::cli
