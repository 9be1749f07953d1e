#include "evaluate/evaluation_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cytoscale {
namespace {

constexpr const char* absent = "-";

std::string interval_text(const std::optional<Interval>& interval, double factor, int digits) {
  if (!interval) return {};
  return fmt::format(" [{:.{}f}, {:.{}f}]", factor * interval->low, digits, factor * interval->high, digits);
}

std::string text_of(const Score& score) {
  return fmt::format("{}/{} ({:.1f} %)", score.correct, score.total, 100 * score.fraction()) +
         interval_text(score.ci95, 100, 1);
}

std::string text_of(const std::optional<Score>& score) {
  return score ? text_of(*score) : absent;
}

std::string text_of(const std::optional<MeanRetrieval>& map) {
  if (!map) return absent;
  return fmt::format("{:.3f}", map->mean) + interval_text(map->ci95, 1, 3);
}

std::string text_of(const std::optional<Enrichment>& enrichment) {
  if (!enrichment) return absent;
  return fmt::format("{:.1f} (p {:.1g})", enrichment->odds_ratio, enrichment->p_value);
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
  texts.push_back(text_of(evaluation.replicate_accuracy));
  texts.push_back(text_of(evaluation.gene_accuracy));
  texts.push_back(evaluation.z_prime ? fmt::format("{:.3f}{}", evaluation.z_prime->value,
                                                   evaluation.z_prime->held_out ? "" : " (in sample)")
                                     : absent);
  return texts;
}

// A heading and rows of as many texts, in columns; those that are absent in all rows are left out.
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

}  // namespace

std::string score_text(const std::vector<std::pair<std::string, Evaluation>>& evaluations) {
  std::vector<std::vector<std::string>> rows = {
      {"profiles", "wells", "NSC", "NSCB disjoint", "NSCB joined", "replicates", "compound/gene", "Z'"}};
  for (const auto& [name, evaluation] : evaluations) {
    auto& row = rows.emplace_back();
    row = {name, std::to_string(evaluation.wells)};
    for (auto& text : metric_texts(evaluation)) row.push_back(std::move(text));
  }
  return aligned(rows);
}

std::string retrieval_text(const std::vector<std::pair<std::string, Evaluation>>& evaluations) {
  std::vector<std::vector<std::string>> rows = {
      {"profiles", "mAP replicates", "mAP class", "replicating", "matching", "enrichment"}};
  for (const auto& [name, evaluation] : evaluations) {
    const auto& figures = evaluation.retrieval;
    rows.push_back({name, text_of(figures.replicate_map), text_of(figures.class_map),
                    text_of(figures.percent_replicating), text_of(figures.percent_matching),
                    text_of(figures.enrichment)});
  }
  const bool any = std::any_of(rows.begin() + 1, rows.end(), [](const auto& row) {
    return std::any_of(row.begin() + 1, row.end(), [](const auto& text) { return text != absent; });
  });
  return any ? aligned(rows) : std::string();
}

std::string sweep_text(const std::vector<SweepEntry>& entries) {
  const auto metrics = sweep_metrics(entries);
  std::vector<std::vector<std::string>> rows = {{"profiles", "layer", "normalize", "features"}};
  for (const auto& metric : metrics) rows[0].emplace_back(metric.title);
  rows[0].emplace_back("Z'");
  for (const auto& entry : entries) {
    auto& row = rows.emplace_back();
    row = {entry.profiles, entry.layer, entry.normalization, std::to_string(entry.evaluation.features)};
    for (const auto& metric : metrics) {
      const auto* score = metric.of(entry.evaluation);
      row.push_back(score ? text_of(*score) : absent);
    }
    const auto& z = entry.evaluation.z_prime;
    row.push_back(z ? fmt::format("{:.3f}", z->value) : absent);
  }
  return aligned(rows);
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
