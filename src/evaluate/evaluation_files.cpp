#include "evaluate/evaluation_files.hpp"

#include <nlohmann/json.hpp>

#include "core/text.hpp"

namespace cytoscale {
namespace {

nlohmann::json score_json(const Score& score) {
  return {{"correct", score.correct}, {"total", score.total}};
}

nlohmann::json z_prime_json(const ZPrime& z, const ZPrimeOptions& options) {
  return {{"axis", separation_axis_name(options.axis)},
          {"positive", options.positive},
          {"train", options.train},
          {"held_out", z.held_out},
          {"positive_mean", z.positive_mean},
          {"negative_mean", z.negative_mean},
          {"positive_sd", z.positive_sd},
          {"negative_sd", z.negative_sd},
          {"positive_wells_scored", z.positive_scored},
          {"negative_wells_scored", z.negative_scored},
          {"positive_wells_trained", z.positive_trained},
          {"negative_wells_trained", z.negative_trained}};
}

void add_match(std::vector<std::string>& row, const TreatmentSet& set, const Match* match) {
  if (!match) {
    row.insert(row.end(), 4, "");
  } else if (!match->nearest) {
    row.insert(row.end(), {"", "", "", "0"});
  } else {
    row.insert(row.end(), {set.name[*match->nearest], set.moa[*match->nearest],
                           number_text(match->similarity), match->correct ? "1" : "0"});
  }
}

}  // namespace

nlohmann::json metrics_json(const Evaluation& evaluation, const EvaluateOptions& options) {
  auto json = nlohmann::json::object();
  auto confusion = nlohmann::json::object(), without_candidate = nlohmann::json::object();
  for (const auto& rule : evaluation.rules) {
    const auto key = rule_key(rule.rule);
    json[key] = score_json(rule.score);
    without_candidate[key] = rule.without_candidate;
    const auto counts = confusion_of(evaluation.treatments, rule);
    confusion[key] = {{"classes", counts.classes}, {"counts", counts.counts}};
  }
  if (!confusion.empty()) {
    json["confusion"] = confusion;
    json["without_candidate"] = without_candidate;
  }
  if (evaluation.replicate_accuracy) json["replicate_accuracy"] = score_json(*evaluation.replicate_accuracy);
  if (evaluation.gene_accuracy) json["gene_accuracy"] = score_json(*evaluation.gene_accuracy);
  if (evaluation.z_prime) {
    json["z_prime"] = evaluation.z_prime->value;
    json["z_prime_detail"] = z_prime_json(*evaluation.z_prime, options.zprime);
  }
  json["wells"] = evaluation.wells;
  json["control_wells"] = evaluation.control_wells;
  json["treatments"] = evaluation.treatments.size();
  json["features"] = evaluation.features;
  json["features_dropped"] = evaluation.dropped;
  json["frobenius_norm"] = evaluation.frobenius_norm;
  json["single_batch_classes"] = evaluation.single_batch_classes;
  json["notes"] = evaluation.notes;
  return json;
}

Table matches_table(const Evaluation& evaluation) {
  const auto& set = evaluation.treatments;
  Table table;
  table.columns = {"treatment", "compound", "class", "batches", "wells"};
  std::vector<std::vector<const Match*>> by_rule;  // [rule][treatment]
  for (const auto& rule : evaluation.rules) {
    const auto key = rule_key(rule.rule);
    for (const char* part : {"_nearest", "_class", "_similarity", "_correct"})
      table.columns.push_back(key + part);
    auto& matches = by_rule.emplace_back(set.size(), nullptr);
    for (const auto& match : rule.matches) matches[match.query] = &match;
  }
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set.moa[i].empty() && !evaluation.rules.empty()) continue;
    auto& row = table.rows.emplace_back();
    row = {set.name[i], set.compound[i], set.moa[i], join(set.batches[i], ";"), std::to_string(set.wells[i])};
    for (const auto& matches : by_rule) add_match(row, set, matches[i]);
  }
  return table;
}

}  // namespace cytoscale
