// The pieces of one HTML page that needs nothing else: pictures lie in it, its style and its script, too.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "chart/svg.hpp"

namespace cytoscale::page {

using chart::escaped;

// "data:image/png;base64,…"
std::string data_uri(std::string_view type, std::string_view bytes);

// A figure of metrics.json, with the place (a JSON pointer) and the value that it shows: "<data …>70.3
// %</data>".
std::string figure_of(std::string_view pointer, double value, std::string_view text);

std::string paragraph(std::string_view text);  // of plain text
std::string note(std::string_view text);       // of less weight
std::string heading(std::string_view text);    // within a section
std::string figure(std::string_view picture,
                   std::string_view caption);  // picture is HTML or SVG, caption text

// Cells are HTML.
std::string table(const std::vector<std::string>& heading, const std::vector<std::vector<std::string>>& rows);
std::string folded(std::string_view summary, std::string_view content);  // content is HTML

// Several views, one of which is shown, chosen by its name; all of them in print. `group`: a word of its own.
struct View {
  std::string name, content;  // content is HTML
};
std::string views(std::string_view group, const std::vector<View>& views);

struct PageSection {
  std::string id, title, content;
};
std::string whole_page(std::string_view title, std::string_view opening,
                       const std::vector<PageSection>& sections, std::string_view closing);

}  // namespace cytoscale::page
