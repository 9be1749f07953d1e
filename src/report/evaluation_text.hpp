// An evaluation for people: tables for the terminal.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "evaluate/evaluation.hpp"
#include "evaluate/sweep.hpp"

namespace cytoscale::report {

// One row per evaluation, one column per metric that applies to any of them: "95/103 (92.2 %) [86.4, 97.1]",
// with the 95 % interval.
std::string score_text(const std::vector<std::pair<std::string, evaluate::Evaluation>>& evaluations);
// mAP, percent replicating and matching, enrichment in the same way; "" where none applies.
std::string retrieval_text(const std::vector<std::pair<std::string, evaluate::Evaluation>>& evaluations);
// One row per layer and normalization.
std::string sweep_text(const std::vector<evaluate::SweepEntry>& entries);

// Rows: the true class; columns: the class of the nearest neighbor, numbered as the rows are.
std::string confusion_text(const evaluate::TreatmentSet& set, const evaluate::RuleResult& rule);

}  // namespace cytoscale::report
