// For each treatment those that are most like it, with cells of both.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/text/text.hpp"
#include "evaluate/matching/cosine.hpp"
#include "page/cell_crops.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"

namespace cytoscale::page {
namespace {

constexpr std::size_t most_treatments = 1000, further = 2;
constexpr std::size_t most_strip_bytes = 1'900'000;  // of all pictures of cells, as they stand in the page

struct Near {
  std::string name, group;  // group: the class
  double similarity;
};

// The nearest treatments of other compounds, nearest first; the lower number first of equals.
std::vector<Near> nearest(const evaluate::TreatmentSet& set, const evaluate::CosineIndex& index,
                          std::size_t query, bool by_class) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t other = 0; other < set.size(); ++other) {
    const bool same =
        other == query || (!set.compound[query].empty() && set.compound[other] == set.compound[query]);
    if (same || !index.has_direction(other) || !index.has_direction(query)) continue;
    if (by_class && set.moa[other].empty()) continue;  // unknown: no candidate of evaluation's
    order.emplace_back(-index.similarity(query, other), other);
  }
  const auto count = std::min<std::size_t>(order.size(), further + 1);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end());
  std::vector<Near> result;
  for (std::size_t i = 0; i < count; ++i)
    result.push_back({set.name[order[i].second], set.moa[order[i].second], -order[i].first});
  return result;
}

// Evaluation's own answer under NSC, by treatment.
std::map<std::string, Near> matched(const Results& results) {
  std::map<std::string, Near> answers;
  if (!results.matches) return answers;
  const auto& table = results.matches.get();
  const auto name = table.find("treatment"), near = table.find("nsc_nearest"),
             group = table.find("nsc_class"), similarity = table.find("nsc_similarity");
  if (!name || !near || !group || !similarity) return answers;
  for (const auto& row : table.rows)
    if (const auto value = to_number(row[*similarity]); value && !row[*near].empty())
      answers[row[*name]] = {row[*near], row[*group], *value};
  return answers;
}

std::string strip_of(const std::map<std::string, std::size_t>& numbers, const std::string& treatment) {
  const auto at = numbers.find(treatment);
  if (at == numbers.end()) return {};
  return fmt::format("<i class=\"crops c{0}\" role=\"img\" aria-label=\"cells of {1}\" title=\"{1}\"></i>",
                     at->second, escaped(treatment));
}

// Side by side where there is room, else one below the other.
std::string with_cells(const std::string& name, const std::string& group, const std::string& strip) {
  return "<div class=\"pair\"><div><b>" + escaped(name) + "</b>" +
         (group.empty() ? "" : "<br>" + escaped(group)) + "</div>" + strip + "</div>";
}

// Rules that draw each strip, once for all places where it stands.
std::string strip_rules(const CellStrips& strips, std::map<std::string, std::size_t>& numbers) {
  auto css = fmt::format("<style>.crops{{width:{}px;height:{}px}}", strips.cells * strips.side, strips.side);
  std::size_t bytes = 0;
  for (const auto& [treatment, jpeg] : strips.jpegs) {
    if (bytes += jpeg.size() * 4 / 3; bytes > most_strip_bytes) break;
    const auto number = numbers.emplace(treatment, numbers.size()).first->second;
    css += fmt::format(".c{}{{background-image:url({})}}", number, data_uri("image/jpeg", jpeg));
  }
  return css + "</style>\n";
}

}  // namespace

std::string neighbors_section(const Results& results, const PageOptions& options) {
  const auto& wells = results.wells.get();
  const auto& set = wells.treatments;
  if (set.size() < 2) throw Error("there are fewer than two treatments beside the controls");
  std::vector<std::size_t> order(set.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&set](std::size_t a, std::size_t b) {
    return set.moa[a] != set.moa[b] ? natural_less(set.moa[a], set.moa[b])
                                    : natural_less(set.name[a], set.name[b]);
  });
  if (order.size() > most_treatments) order.resize(most_treatments);
  std::vector<std::string> names;
  for (const auto i : order) names.push_back(set.name[i]);
  std::string html, absent;
  std::map<std::string, std::size_t> numbers;
  try {
    const auto strips = example_cells(results, names, options.seed, options.threads);
    html += strip_rules(strips, numbers);
    if (numbers.size() < strips.jpegs.size())
      html += note(fmt::format("{} treatments have no pictures, so that the page stays small.",
                               strips.jpegs.size() - numbers.size()));
    html += note(
        fmt::format("Cells: drawn at random from one field of each treatment, {0} × {0} px of the image. "
                    "Colors: {1}. The brightness of a channel is the same in all pictures.",
                    strips.crop_px, strips.legend));
  } catch (const Error& error) {
    absent = "<p class=\"absent\">" + escaped(std::string("No example cells: ") + error.what()) + "</p>\n";
  }
  const evaluate::CosineIndex index(set.values);
  const auto answers = matched(results);
  std::vector<std::vector<std::string>> rows;
  for (const auto i : order) {
    const auto answer = answers.find(set.name[i]);
    auto near = nearest(set, index, i, answer != answers.end());
    if (answer != answers.end()) {
      std::erase_if(near, [&](const Near& one) { return one.name == answer->second.name; });
      near.insert(near.begin(), answer->second);
    }
    if (near.empty()) continue;
    std::string others;
    for (std::size_t k = 1; k < std::min(near.size(), further + 1); ++k)
      others += (k > 1 ? "<br>" : "") + escaped(near[k].name) +
                (near[k].group.empty() ? "" : " (" + escaped(near[k].group) + ")") +
                fmt::format(", {:.2f}", near[k].similarity);
    const auto& group = set.moa[i];
    const auto verdict = group.empty() || near[0].group.empty() ? "" : group == near[0].group ? " ✓" : " ✗";
    rows.push_back({with_cells(set.name[i], group, strip_of(numbers, set.name[i])),
                    with_cells(near[0].name, near[0].group + verdict, strip_of(numbers, near[0].name)),
                    fmt::format("<data data-treatment=\"{}\" data-nearest=\"{}\" value=\"{}\">{:.2f}</data>",
                                escaped(set.name[i]), escaped(near[0].name), number_text(near[0].similarity),
                                near[0].similarity),
                    others});
  }
  html = paragraph(
             "Of another compound, by cosine similarity of the treatments' profiles. ✓: of the same class; "
             "✗: of another.") +
         absent + html;
  if (set.size() > order.size())
    html += note(fmt::format("The first {} of {} treatments.", order.size(), set.size()));
  return html + "<div class=\"neighbors\">" + table({"treatment", "nearest", "similarity", "then"}, rows) +
         "</div>\n";
}

}  // namespace cytoscale::page
