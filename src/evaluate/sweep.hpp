// Which layer to take (Caicedo et al. 2018, Fig. 7): every layer's features evaluated by themselves, under
// each of several normalisations.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "evaluate/evaluation.hpp"

namespace cytoscale {

struct SweepEntry {
  std::string profiles, layer, normalization;
  Evaluation evaluation;
};

// The layers of the features, in order of first appearance: as the file tells them, or else the names without
// their number ("resnet18_conv4a" of "resnet18_conv4a_17"). Throws Error: a feature without number or layer
// (they were normalised across layers, or are of another tool).
std::vector<std::string> layers_of_features(const ProfileTable& wells, const std::string& where);

// One entry per layer and normalisation, layers outermost; the other options are those given, retrieval left
// out. `name` is what the profiles are called.
std::vector<SweepEntry> sweep_layers(const ProfileTable& wells, const std::string& name,
                                     const std::vector<Normalization>& normalizations,
                                     const EvaluateOptions& options, const std::string& where);

// A row per entry: profiles, layer, normalize, features, then METRIC_correct, _total, _accuracy, _low, _high
// for nsc, nscb_disjoint, nscb_joined, replicate_accuracy, gene_accuracy (empty where it does not apply) and
// z_prime.
Table sweep_table(const std::vector<SweepEntry>& entries);
// The same as an array of objects with metrics.json's keys.
nlohmann::json sweep_json(const std::vector<SweepEntry>& entries);

// The accuracies that apply to any entry, by name and title.
struct SweepMetric {
  const char* key;
  const char* title;
  const Score* (*of)(const Evaluation&);  // null where it does not apply
};
std::vector<SweepMetric> sweep_metrics(const std::vector<SweepEntry>& entries);

}  // namespace cytoscale
