// An evaluation as files: metrics.json and matches.csv (docs/file-format.md). Equal evaluations give equal
// bytes.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "core/csv.hpp"
#include "evaluate/evaluation.hpp"

namespace cytoscale {

// The metrics that apply: {"nsc": {"correct", "total"}, "nscb_disjoint", "nscb_joined", "replicate_accuracy",
// "gene_accuracy": likewise, "z_prime": number}; then "z_prime_detail", "confusion", "without_candidate"
// (queries of a rule that count as wrong since no candidate was left), "wells", "treatments", ….
nlohmann::json metrics_json(const Evaluation& evaluation, const EvaluateOptions& options);

// One row per treatment with a class: treatment, compound, class, batches, wells; then for each rule that
// applies RULE_nearest, RULE_class, RULE_similarity, RULE_correct (1 or 0; empty where the treatment is no
// query of the rule).
Table matches_table(const Evaluation& evaluation);

}  // namespace cytoscale
