#include "report/evaluation_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/text_table.hpp"

namespace cytoscale::report {
namespace {

std::string text_of(const std::optional<evaluate::MeanRetrieval>& map) {
  if (!map) return absent;
  return fmt::format("{:.3f}", map->mean) + interval_text(map->ci95, 1, 3);
}

std::string text_of(const std::optional<evaluate::Enrichment>& enrichment) {
  if (!enrichment) return absent;
  return fmt::format("{:.1f} (p {:.1g})", enrichment->odds_ratio, enrichment->p_value);
}

std::vector<std::string> metric_texts(const evaluate::Evaluation& evaluation) {
  std::vector<std::string> texts;
  for (const auto rule :
       {evaluate::MatchRule::nsc, evaluate::MatchRule::nscb_disjoint, evaluate::MatchRule::nscb_joined}) {
    const auto* result = evaluation.rule(rule);
    texts.push_back(result ? report::text_of(result->score) : absent);
  }
  texts.push_back(report::text_of(evaluation.replicate_accuracy));
  texts.push_back(report::text_of(evaluation.gene_accuracy));
  texts.push_back(evaluation.z_prime ? fmt::format("{:.3f}{}", evaluation.z_prime->value,
                                                   evaluation.z_prime->held_out ? "" : " (in sample)")
                                     : absent);
  return texts;
}

}  // namespace

std::string score_text(const std::vector<std::pair<std::string, evaluate::Evaluation>>& evaluations) {
  std::vector<std::vector<std::string>> rows = {
      {"profiles", "wells", "NSC", "NSCB disjoint", "NSCB joined", "replicates", "compound/gene", "Z'"}};
  for (const auto& [name, evaluation] : evaluations) {
    auto& row = rows.emplace_back();
    row = {name, std::to_string(evaluation.wells)};
    for (auto& text : metric_texts(evaluation)) row.push_back(std::move(text));
  }
  return aligned(rows);
}

std::string retrieval_text(const std::vector<std::pair<std::string, evaluate::Evaluation>>& evaluations) {
  std::vector<std::vector<std::string>> rows = {
      {"profiles", "mAP replicates", "mAP class", "replicating", "matching", "enrichment"}};
  for (const auto& [name, evaluation] : evaluations) {
    const auto& figures = evaluation.retrieval;
    rows.push_back({name, text_of(figures.replicate_map), text_of(figures.class_map),
                    report::text_of(figures.percent_replicating), report::text_of(figures.percent_matching),
                    text_of(figures.enrichment)});
  }
  const bool any = std::any_of(rows.begin() + 1, rows.end(), [](const auto& row) {
    return std::any_of(row.begin() + 1, row.end(), [](const auto& text) { return text != absent; });
  });
  return any ? aligned(rows) : std::string();
}

std::string sweep_text(const std::vector<evaluate::SweepEntry>& entries) {
  const auto metrics = evaluate::sweep_metrics(entries);
  std::vector<std::vector<std::string>> rows = {{"profiles", "layer", "normalize", "features"}};
  for (const auto& metric : metrics) rows[0].emplace_back(metric.title);
  rows[0].emplace_back("Z'");
  for (const auto& entry : entries) {
    auto& row = rows.emplace_back();
    row = {entry.profiles, entry.layer, entry.normalization, std::to_string(entry.evaluation.features)};
    for (const auto& metric : metrics) {
      const auto* score = metric.of(entry.evaluation);
      row.push_back(score ? report::text_of(*score) : absent);
    }
    const auto& z = entry.evaluation.z_prime;
    row.push_back(z ? fmt::format("{:.3f}", z->value) : absent);
  }
  return aligned(rows, 3);
}

std::string confusion_text(const evaluate::TreatmentSet& set, const evaluate::RuleResult& rule) {
  return confusion_grid(evaluate::confusion_of(set, rule), evaluate::rule_title(rule.rule),
                        "rows are the true class, columns the nearest neighbor's class");
}

}  // namespace cytoscale::report
