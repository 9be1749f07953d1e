#include "report/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text/display_width.hpp"

namespace cytoscale::report {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t gap = 2;  // blanks between columns

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, display_width(text)), ' ');
}

// Without the columns that are absent in all rows.
Rows without_absent(const Rows& rows) {
  Rows kept(rows.size());
  for (std::size_t i = 0; i < rows[0].size(); ++i) {
    if (std::all_of(rows.begin() + 1, rows.end(), [&](const auto& row) { return row[i] == absent; }))
      continue;
    for (std::size_t r = 0; r < rows.size(); ++r) kept[r].push_back(rows[r][i]);
  }
  return kept;
}

std::vector<std::size_t> widths_of(const Rows& rows) {
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  return widths;
}

std::size_t width_of(const Rows& rows) {
  std::size_t width = 0;
  for (const auto column : widths_of(rows)) width += column + gap;
  return width - std::min(width, gap);
}

Rows transposed(const Rows& rows) {
  Rows turned(rows[0].size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) turned[i].push_back(row[i]);
  return turned;
}

std::string page_of(const Rows& rows) {
  const auto widths = widths_of(rows);
  std::string page;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i)
      line += (i > 0 ? std::string(gap, ' ') : "") + padded(rows[r][i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    page += line + "\n";
    if (r == 0) page += std::string(width_of(rows), '-') + "\n";
  }
  return page;
}

// The first columns and those from `begin` to `end`.
Rows columns_of(const Rows& rows, std::size_t keys, std::size_t begin, std::size_t end) {
  Rows some;
  for (const auto& row : rows) {
    auto& kept = some.emplace_back(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(keys));
    kept.insert(kept.end(), row.begin() + static_cast<std::ptrdiff_t>(begin),
                row.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return some;
}

// As many columns beside the keys as fit, then the next: tables below each other, of all rows.
std::string in_parts(const Rows& rows, std::size_t keys) {
  std::string page;
  const auto columns = rows[0].size();
  for (auto begin = keys; begin < columns;) {
    auto end = begin + 1;
    while (end < columns && width_of(columns_of(rows, keys, begin, end + 1)) <= table_width) ++end;
    page += (page.empty() ? "" : "\n") + page_of(columns_of(rows, keys, begin, end));
    begin = end;
  }
  return page;
}

// For classes that are too many for a grid.
std::string largest_confusions(const evaluate::Confusion& confusion) {
  constexpr std::size_t most = 20;
  struct Pair {
    std::size_t count, truth, taken_for;
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < confusion.classes.size(); ++i)
    for (std::size_t j = 0; j < confusion.counts[i].size(); ++j)
      if (i != j && confusion.counts[i][j] > 0) pairs.push_back({confusion.counts[i][j], i, j});
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  Rows rows = {{"count", "true class", "taken for"}};
  for (std::size_t k = 0; k < std::min(most, pairs.size()); ++k)
    rows.push_back({std::to_string(pairs[k].count), confusion.classes[pairs[k].truth],
                    pairs[k].taken_for < confusion.classes.size() ? confusion.classes[pairs[k].taken_for]
                                                                  : std::string("none")});
  auto page = rows.size() > 1 ? page_of(rows) : std::string("none is taken for another\n");
  if (pairs.size() > most)
    page += "and " + std::to_string(pairs.size() - most) + " more; metrics.json has them all\n";
  return page;
}

}  // namespace

std::string interval_text(const std::optional<evaluate::Interval>& interval, double factor, int digits) {
  if (!interval) return {};
  return fmt::format(" [{:.{}f}, {:.{}f}]", factor * interval->low, digits, factor * interval->high, digits);
}

std::string text_of(const evaluate::Score& score) {
  return fmt::format("{}/{} ({:.1f} %)", score.correct, score.total, 100 * score.fraction()) +
         interval_text(score.ci95, 100, 1);
}

std::string text_of(const std::optional<evaluate::Score>& score) {
  return score ? text_of(*score) : absent;
}

std::string aligned(const Rows& rows, std::size_t keys) {
  const auto shown = without_absent(rows);
  if (width_of(shown) <= table_width) return page_of(shown);
  const auto turned = transposed(shown);
  return width_of(turned) <= table_width ? page_of(turned) : in_parts(shown, keys);
}

std::string confusion_grid(const evaluate::Confusion& confusion, const std::string& title,
                           const std::string& axes) {
  std::size_t width = 10;
  for (const auto& name : confusion.classes) width = std::max(width, display_width(name));
  const bool unanswered = std::any_of(confusion.counts.begin(), confusion.counts.end(),
                                      [](const auto& row) { return row.back() > 0; });
  if (width + 6 + 4 * confusion.classes.size() + (unanswered ? 6 : 0) > table_width)
    return title + ": what is taken for what, the most frequent first\n" + largest_confusions(confusion);
  std::string page = title + ": " + axes + "\n" + std::string(width + 6, ' ');
  for (std::size_t i = 1; i <= confusion.classes.size(); ++i) page += fmt::format("{:>4}", i);
  page += unanswered ? "  none\n" : "\n";
  for (std::size_t i = 0; i < confusion.classes.size(); ++i) {
    page += fmt::format("  {:>2}  {}", i + 1, padded(confusion.classes[i], width));
    const auto& counts = confusion.counts[i];
    for (std::size_t j = 0; j < confusion.classes.size(); ++j) {
      page += counts[j] ? fmt::format("{:>4}", counts[j]) : "   .";
    }
    if (unanswered) page += fmt::format("{:>6}", counts.back());
    page += "\n";
  }
  return page;
}

}  // namespace cytoscale::report
