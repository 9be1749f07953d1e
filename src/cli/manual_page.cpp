#include "cli/manual_page.hpp"

#include <sstream>

#include "core/text/display_width.hpp"

namespace cytoscale::cli {
namespace {

std::string indented(const std::string& text, std::size_t indent) {
  std::istringstream lines(text);
  std::string line, page;
  while (std::getline(lines, line)) page += std::string(indent, ' ') + line + "\n";
  return page;
}

std::string description_text(const std::string& description) {
  std::string page;
  bool after_paragraph = false;
  for (const auto& passage : passages_of(description)) {
    // An example stands right below the paragraph that it belongs to, if that ends with a colon.
    if (!page.empty() && !(passage.example && after_paragraph && page.ends_with(":\n"))) page += "\n";
    page += passage.example ? indented(passage.text, 4) : wrapped(passage.text, 2);
    after_paragraph = !passage.example;
  }
  return page;
}

}  // namespace

std::string wrapped(const std::string& text, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string page;
  std::size_t column = 0;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const auto width = display_width(word);
    if (column > 0 && column + 1 + width <= page_width) {
      page += " " + word;
      column += 1 + width;
      continue;
    }
    page += (column > 0 ? "\n" : "") + margin + word;
    column = indent + width;
  }
  return page + "\n";
}

std::string manual_page(const JobText& job, const OptionSet& options) {
  std::string page = "NAME\n" + wrapped("cytoscale " + job.name + " - " + job.summary, 2) + "\nSYNOPSIS\n";
  for (const auto& line : synopsis_of(job, options)) page += "  " + line + "\n";
  page += "\nDESCRIPTION\n" + description_text(job.description) + "\nOPTIONS\n";
  for (const auto& group : option_groups(options)) {
    if (!group.title.empty()) page += "\n" + group.title + "\n";
    for (const auto& option : group.options)
      page += "  " + head_of(option) + "\n" + wrapped(help_of(option), 8);
  }
  page += "\nEXIT CODES\n";
  for (const auto& [code, meaning] : exit_codes())
    page += "  " + code + std::string(7 - code.size(), ' ') + meaning + "\n";
  return page;
}

}  // namespace cytoscale::cli
