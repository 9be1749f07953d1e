#include "evaluate/sweep.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text.hpp"
#include "evaluate/evaluation_files.hpp"

namespace cytoscale {
namespace {

const Score* score_by(const Evaluation& evaluation, MatchRule rule) {
  const auto* result = evaluation.rule(rule);
  return result ? &result->score : nullptr;
}

const SweepMetric all_metrics[] = {
    {"nsc", "NSC", [](const Evaluation& e) { return score_by(e, MatchRule::nsc); }},
    {"nscb_disjoint", "NSCB disjoint",
     [](const Evaluation& e) { return score_by(e, MatchRule::nscb_disjoint); }},
    {"nscb_joined", "NSCB joined", [](const Evaluation& e) { return score_by(e, MatchRule::nscb_joined); }},
    {"replicate_accuracy", "replicates",
     [](const Evaluation& e) { return e.replicate_accuracy ? &*e.replicate_accuracy : nullptr; }},
    {"gene_accuracy", "compound/gene",
     [](const Evaluation& e) { return e.gene_accuracy ? &*e.gene_accuracy : nullptr; }}};

std::string stem_of(const std::string& feature) {
  const auto at = feature.rfind('_');
  const bool numbered = at != std::string::npos && at > 0 && at + 1 < feature.size() &&
                        std::all_of(feature.begin() + static_cast<std::ptrdiff_t>(at) + 1, feature.end(),
                                    [](unsigned char c) { return std::isdigit(c) != 0; });
  return numbered ? feature.substr(0, at) : std::string();
}

ProfileTable layer_alone(const ProfileTable& wells, const std::vector<std::string>& layers,
                         const std::string& layer, const std::string& where) {
  ProfileTable table = wells;
  std::vector<char> keep;
  for (const auto& name : layers) keep.push_back(name == layer);
  keep_features(table, keep, std::vector<std::string>(keep.size(), "of another layer"), where);
  table.dropped = wells.dropped;
  return table;
}

}  // namespace

std::vector<std::string> layers_of_features(const ProfileTable& wells, const std::string& where) {
  if (!wells.layers.empty()) return wells.layers;
  std::vector<std::string> layers;
  for (const auto& feature : wells.features) {
    layers.push_back(stem_of(feature));
    if (layers.back().empty() || layers.back() == "tvn" || layers.back() == "whitened") {
      throw Error(
          "the feature '" + feature + "' is of no layer", where,
          "A sweep needs well profiles before normalisation, such as the wells.h5ad that reduce writes: "
          "name them with --sweep-profiles");
    }
  }
  return layers;
}

std::vector<SweepEntry> sweep_layers(const ProfileTable& wells, const std::string& name,
                                     const std::vector<Normalization>& normalizations,
                                     const EvaluateOptions& options, const std::string& where) {
  const auto layers = layers_of_features(wells, where);
  std::vector<SweepEntry> entries;
  for (const auto& layer : group_rows(layers).names) {
    const auto alone = layer_alone(wells, layers, layer, where);
    for (const auto method : normalizations) {
      auto chosen = options;
      chosen.normalize.method = method;
      chosen.retrieval.wanted = false;
      auto evaluation = evaluate_profiles(alone, chosen, where + ", layer " + layer);
      entries.push_back({name, layer, normalization_name(method), std::move(evaluation)});
    }
  }
  return entries;
}

std::vector<SweepMetric> sweep_metrics(const std::vector<SweepEntry>& entries) {
  std::vector<SweepMetric> metrics;
  for (const auto& metric : all_metrics) {
    if (std::any_of(entries.begin(), entries.end(),
                    [&](const auto& entry) { return metric.of(entry.evaluation) != nullptr; }))
      metrics.push_back(metric);
  }
  return metrics;
}

Table sweep_table(const std::vector<SweepEntry>& entries) {
  Table table;
  table.columns = {"profiles", "layer", "normalize", "features"};
  for (const auto& metric : all_metrics) {
    for (const char* part : {"_correct", "_total", "_accuracy", "_low", "_high"})
      table.columns.push_back(metric.key + std::string(part));
  }
  table.columns.emplace_back("z_prime");
  for (const auto& entry : entries) {
    auto& row = table.rows.emplace_back();
    row = {entry.profiles, entry.layer, entry.normalization, std::to_string(entry.evaluation.features)};
    for (const auto& metric : all_metrics) {
      const auto* score = metric.of(entry.evaluation);
      row.push_back(score ? std::to_string(score->correct) : "");
      row.push_back(score ? std::to_string(score->total) : "");
      row.push_back(score ? number_text(score->fraction()) : "");
      row.push_back(score && score->ci95 ? number_text(score->ci95->low) : "");
      row.push_back(score && score->ci95 ? number_text(score->ci95->high) : "");
    }
    row.push_back(entry.evaluation.z_prime ? number_text(entry.evaluation.z_prime->value) : "");
  }
  return table;
}

nlohmann::json sweep_json(const std::vector<SweepEntry>& entries) {
  auto list = nlohmann::json::array();
  for (const auto& entry : entries) {
    nlohmann::json item = {{"profiles", entry.profiles},
                           {"layer", entry.layer},
                           {"normalize", entry.normalization},
                           {"features", entry.evaluation.features}};
    for (const auto& metric : all_metrics) {
      if (const auto* score = metric.of(entry.evaluation)) item[metric.key] = score_json(*score);
    }
    if (entry.evaluation.z_prime) item["z_prime"] = entry.evaluation.z_prime->value;
    list.push_back(std::move(item));
  }
  return list;
}

}  // namespace cytoscale
