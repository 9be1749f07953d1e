// Which layer to take (Caicedo et al. 2018, Fig. 7): every layer's features evaluated by themselves, under
// each of several normalizations.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "evaluate/evaluation.hpp"

namespace cytoscale::evaluate {

struct SweepEntry {
  std::string profiles, layer, normalization;
  Evaluation evaluation;
};

// The layers of the features, in order of first appearance: as the file tells them, or else the names without
// their number ("resnet18_conv4a" of "resnet18_conv4a_17"). Throws Error: a feature without number or layer
// (they were normalized across layers, or are of another tool).
std::vector<std::string> layers_of_features(const profile::ProfileTable& wells, const std::string& where);

// One entry per layer and normalization, layers outermost; the other options are those given, retrieval left
// out. `name` is what the profiles are called.
std::vector<SweepEntry> sweep_layers(const profile::ProfileTable& wells, const std::string& name,
                                     const std::vector<profile::Normalization>& normalizations,
                                     const EvaluateOptions& options, const std::string& where,
                                     const mpi::Crew& crew = mpi::Crew());

// The accuracies by name and title: all, and those that apply to any entry.
struct SweepMetric {
  const char* key;
  const char* title;
  const Score* (*of)(const Evaluation&);  // null where it does not apply
};
std::vector<SweepMetric> all_sweep_metrics();
std::vector<SweepMetric> sweep_metrics(const std::vector<SweepEntry>& entries);

}  // namespace cytoscale::evaluate
