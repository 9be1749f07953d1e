#include "report/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cytoscale::report {
namespace {

// Characters shown, not bytes (Z′ and class names may hold others than ASCII).
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, width_of(text)), ' ');
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

std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::string page;
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const bool shown =
        std::any_of(rows.begin() + 1, rows.end(), [&](const auto& row) { return row[i] != absent; });
    for (const auto& row : rows) widths[i] = shown ? std::max(widths[i], width_of(row[i])) : 0;
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (widths[i]) line += (line.empty() ? "" : "  ") + padded(rows[r][i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    page += line + "\n";
    if (r == 0) {
      std::size_t total = 0;
      for (const auto width : widths) total += width ? width + 2 : 0;
      page += std::string(total - 2, '-') + "\n";
    }
  }
  return page;
}

std::string confusion_grid(const evaluate::Confusion& confusion, const std::string& heading) {
  std::size_t width = 10;
  for (const auto& name : confusion.classes) width = std::max(width, width_of(name));
  const bool unanswered = std::any_of(confusion.counts.begin(), confusion.counts.end(),
                                      [](const auto& row) { return row.back() > 0; });
  std::string page = heading + "\n" + std::string(width + 6, ' ');
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
