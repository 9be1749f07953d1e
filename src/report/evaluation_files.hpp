// An evaluation as files: metrics.json and its tables (docs/file-format.md). Equal evaluations give equal
// bytes.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "core/table/csv.hpp"
#include "evaluate/evaluation.hpp"

namespace cytoscale::report {

// {"correct", "total", "accuracy", "ci95": [low, high]}; ci95 where there is one.
nlohmann::json score_json(const evaluate::Score& score);

// The metrics that apply: "nsc", "nscb_disjoint", "nscb_joined", "replicate_accuracy", "gene_accuracy",
// "percent_replicating", "percent_matching" as score_json() has them; "map_replicates", "map_classes":
// {"mean", "ci95", "groups", "significant": score}; "enrichment"; "z_prime": number; then "z_prime_detail",
// "per_class", "confusion", "without_candidate" (queries of a rule that count as wrong since no candidate was
// left), "wells", "treatments", ….
nlohmann::json metrics_json(const evaluate::Evaluation& evaluation, const evaluate::EvaluateOptions& options);

// One row per treatment with a class: treatment, compound, class, batches, wells; then for each rule that
// applies RULE_nearest, RULE_class, RULE_similarity, RULE_correct (1 or 0; empty where the treatment is no
// query of the rule).
Table matches_table(const evaluate::Evaluation& evaluation);

// One row per class of a query: class; for each rule RULE_n, RULE_correct, RULE_accuracy, RULE_low,
// RULE_high.
Table class_table(const evaluate::Evaluation& evaluation);

// One row per treatment and per class with mAP or a median correlation: kind ("treatment", "class"), name,
// queries, map, normalized_map, p_value, corrected_p_value, members, median_correlation,
// null_95th_percentile.
Table retrieval_table(const evaluate::Evaluation& evaluation);

}  // namespace cytoscale::report
