// A sweep over layers as a table and as JSON (docs/file-format.md).
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "core/table/csv.hpp"
#include "evaluate/sweep.hpp"

namespace cytoscale::report {

// A row per entry: profiles, layer, normalize, features, then METRIC_correct, _total, _accuracy, _low, _high
// for nsc, nscb_disjoint, nscb_joined, replicate_accuracy, gene_accuracy (empty where it does not apply) and
// z_prime.
Table sweep_table(const std::vector<evaluate::SweepEntry>& entries);
// The same as an array of objects with metrics.json's keys.
nlohmann::json sweep_json(const std::vector<evaluate::SweepEntry>& entries);

}  // namespace cytoscale::report
