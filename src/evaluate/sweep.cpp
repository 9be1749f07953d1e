#include "evaluate/sweep.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale::evaluate {
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

profile::ProfileTable layer_alone(const profile::ProfileTable& wells, const std::vector<std::string>& layers,
                                  const std::string& layer, const std::string& where) {
  profile::ProfileTable table = wells;
  std::vector<char> keep;
  for (const auto& name : layers) keep.push_back(name == layer);
  profile::keep_features(table, keep, std::vector<std::string>(keep.size(), "of another layer"), where);
  table.dropped = wells.dropped;
  return table;
}

}  // namespace

std::vector<std::string> layers_of_features(const profile::ProfileTable& wells, const std::string& where) {
  if (!wells.layers.empty()) return wells.layers;
  std::vector<std::string> layers;
  for (const auto& feature : wells.features) {
    layers.push_back(stem_of(feature));
    if (layers.back().empty() || layers.back() == "tvn" || layers.back() == "whitened") {
      throw Error(
          "the feature '" + feature + "' is of no layer", where,
          "A sweep needs well profiles before normalization, such as the wells.h5ad that reduce writes: "
          "name them with --sweep-profiles");
    }
  }
  return layers;
}

std::vector<SweepEntry> sweep_layers(const profile::ProfileTable& wells, const std::string& name,
                                     const std::vector<profile::Normalization>& normalizations,
                                     const EvaluateOptions& options, const std::string& where,
                                     const mpi::Crew& crew) {
  const auto layers = layers_of_features(wells, where);
  std::vector<SweepEntry> entries;
  for (const auto& layer : profile::group_rows(layers).names) {
    const auto alone = layer_alone(wells, layers, layer, where);
    for (const auto method : normalizations) {
      auto chosen = options;
      chosen.normalize.method = method;
      chosen.retrieval.wanted = false;
      auto evaluation = evaluate_profiles(alone, chosen, where + ", layer " + layer, crew);
      entries.push_back({name, layer, enum_name(method), std::move(evaluation)});
    }
  }
  return entries;
}

std::vector<SweepMetric> all_sweep_metrics() {
  return {std::begin(all_metrics), std::end(all_metrics)};
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

}  // namespace cytoscale::evaluate
