// An evaluation for people: tables for the terminal.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "evaluate/evaluation.hpp"

namespace cytoscale {

// One row per evaluation, one column per metric that applies to any of them: "95/103 (92.2 %)".
std::string score_text(const std::vector<std::pair<std::string, Evaluation>>& evaluations);

// Rows: the true class; columns: the class of the nearest neighbour, numbered as the rows are.
std::string confusion_text(const TreatmentSet& set, const RuleResult& rule);

}  // namespace cytoscale
