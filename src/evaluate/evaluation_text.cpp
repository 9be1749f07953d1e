#include "evaluate/evaluation_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cytoscale {
namespace {

constexpr const char* absent = "-";

std::string text_of(const Score& score) {
  return fmt::format("{}/{} ({:.1f} %)", score.correct, score.total, 100 * score.fraction());
}

// Characters shown, not bytes (Z′ and class names may hold others than ASCII).
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width, bool right = false) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return right ? space + text : text + space;
}

std::vector<std::string> metric_texts(const Evaluation& evaluation) {
  std::vector<std::string> texts;
  for (const auto rule : {MatchRule::nsc, MatchRule::nscb_disjoint, MatchRule::nscb_joined}) {
    const auto* result = evaluation.rule(rule);
    texts.push_back(result ? text_of(result->score) : absent);
  }
  texts.push_back(evaluation.replicate_accuracy ? text_of(*evaluation.replicate_accuracy) : absent);
  texts.push_back(evaluation.gene_accuracy ? text_of(*evaluation.gene_accuracy) : absent);
  texts.push_back(evaluation.z_prime ? fmt::format("{:.3f}{}", evaluation.z_prime->value,
                                                   evaluation.z_prime->held_out ? "" : " (in sample)")
                                     : absent);
  return texts;
}

}  // namespace

std::string score_text(const std::vector<std::pair<std::string, Evaluation>>& evaluations) {
  std::vector<std::vector<std::string>> rows = {
      {"profiles", "wells", "NSC", "NSCB disjoint", "NSCB joined", "replicates", "compound/gene", "Z'"}};
  for (const auto& [name, evaluation] : evaluations) {
    auto& row = rows.emplace_back();
    row = {name, std::to_string(evaluation.wells)};
    for (auto& text : metric_texts(evaluation)) row.push_back(std::move(text));
  }
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

std::string confusion_text(const TreatmentSet& set, const RuleResult& rule) {
  const auto confusion = confusion_of(set, rule);
  std::size_t width = 10;
  for (const auto& name : confusion.classes) width = std::max(width, width_of(name));
  std::string page = fmt::format("{}: rows are the true class, columns the class of the nearest neighbour\n",
                                 rule_title(rule.rule));
  page += std::string(width + 6, ' ');
  for (std::size_t i = 1; i <= confusion.classes.size(); ++i) page += fmt::format("{:>4}", i);
  if (rule.without_candidate) page += "  none";
  page += "\n";
  for (std::size_t i = 0; i < confusion.classes.size(); ++i) {
    page += fmt::format("  {:>2}  {}", i + 1, padded(confusion.classes[i], width + 0));
    const auto& counts = confusion.counts[i];
    for (std::size_t j = 0; j < confusion.classes.size(); ++j) {
      page += counts[j] ? fmt::format("{:>4}", counts[j]) : "   .";
    }
    if (rule.without_candidate) page += fmt::format("{:>6}", counts.back());
    page += "\n";
  }
  return page;
}

}  // namespace cytoscale
