#include "cli/manual_page.hpp"

#include <sstream>

#include "core/error.hpp"

namespace cytoscale::cli {
namespace {

void wrap(std::string& page, const std::string& text, std::size_t indent, std::size_t width = 96) {
  std::size_t column = indent;
  bool fresh = true;
  std::istringstream words(text);
  std::string word;
  page += std::string(indent, ' ');
  while (words >> word) {
    if (!fresh && column + 1 + word.size() > width) {
      page += "\n" + std::string(indent, ' ');
      column = indent;
      fresh = true;
    }
    page += (fresh ? "" : " ") + word;
    column += word.size() + (fresh ? 0 : 1);
    fresh = false;
  }
  page += "\n";
}

void option_entry(std::string& page, const Option& option) {
  std::string head = "  --" + option.key + (option.is_switch ? "" : " " + option.value_name);
  page += head + "\n";
  std::string help = option.help;
  if (option.is_switch ? option.default_text == "true" : !option.default_text.empty()) {
    help += " [" + option.default_text + "]";
  }
  wrap(page, help, 8);
}

void describe(std::string& page, const std::string& description) {
  std::istringstream lines(description);
  std::string line, paragraph;
  const auto end_paragraph = [&] {
    if (!paragraph.empty()) wrap(page, paragraph, 2);
    paragraph.clear();
  };
  while (std::getline(lines, line)) {
    const bool example = line.starts_with("  ");
    if (!example && !line.empty()) {
      paragraph += line + " ";
      continue;
    }
    end_paragraph();
    page += example ? "  " + line + "\n" : "\n";
  }
  end_paragraph();
}

}  // namespace

JobText read_manual(const std::string& name, const std::string& text) {
  const auto gap = text.find("\n\n");
  if (gap == 0 || gap == std::string::npos || text.find('\n') != gap)
    throw Error("the text is not a line and, below an empty one, paragraphs", "the manual of " + name,
                "This is a defect: please report it");
  return {name, text.substr(0, gap), text.substr(gap + 2)};
}

std::string manual_page(const JobText& job, const OptionSet& options) {
  const std::string rest = options.rest() ? " " + options.rest()->value_name + " ..." : "";
  std::string page = "NAME\n  cytoscale " + job.name + " - " + job.summary + "\n\nSYNOPSIS\n  cytoscale " +
                     job.name + rest + " [--config FILE] [--KEY VALUE ...]\n  mpirun -n RANKS cytoscale " +
                     job.name + " ...\n\nDESCRIPTION\n";
  describe(page, job.description);
  page += "\nOPTIONS\n  --config FILE\n";
  wrap(page, "file with lines key = value for any option of any job; the command line overrides it", 8);
  std::string group;
  for (const auto& option : options.options()) {
    if (option.group != group) page += "\n" + (group = option.group) + "\n";
    option_entry(page, option);
  }
  page +=
      "\nEXIT CODES\n  0 success; 2 bad input or options (one message says which, where and what to do);\n"
      "  75 stopped by a signal, what is done is saved, the same command goes on; 70 an internal failure;\n"
      "   other codes come from the system (137: killed).\n";
  return page;
}

}  // namespace cytoscale::cli
