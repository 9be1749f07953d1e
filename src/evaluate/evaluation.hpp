// Evaluation of well profiles: normalize, aggregate to treatments, match (docs/method.md, "Matching"). Pure:
// a table in, figures out.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "evaluate/matching/matching.hpp"
#include "evaluate/retrieval/retrieval.hpp"
#include "evaluate/z_prime.hpp"
#include "profile/aggregate.hpp"
#include "profile/normalize.hpp"
#include "screen/column_roles.hpp"

namespace cytoscale::evaluate {

struct EvaluateOptions {
  screen::ColumnRoles roles;
  profile::NormalizeOptions normalize;
  profile::Aggregation aggregate;                            // wells to treatments
  std::vector<std::string> single_batch_classes = {"auto"};  // or their names; empty: none leaves
  ZPrimeOptions zprime;
  BootstrapOptions bootstrap;
  RetrievalOptions retrieval;
  void validate() const;
};

struct Evaluation {
  std::size_t wells = 0, control_wells = 0, features = 0;
  TreatmentSet treatments;
  std::vector<RuleResult> rules;  // those that apply, in the order nsc, nscb_disjoint, nscb_joined
  std::optional<Score> replicate_accuracy, gene_accuracy;
  std::optional<ZPrime> z_prime;
  RetrievalFigures retrieval;
  std::vector<std::string> single_batch_classes;  // as used
  std::vector<std::string> dropped;               // features, with the reason
  std::vector<std::string> notes;                 // what was left out, and why
  double frobenius_norm = 0;                      // of all normalized well profiles
  const RuleResult* rule(MatchRule which) const;
};

// `where` names the profiles in errors. Metrics that do not apply (no classes, no batches, one batch, no
// replicates, no positive controls) are left out with a note. Throws Error: a column given by the user is
// missing (with the nearest present), no controls to normalize by, two classes, compounds for one treatment,
// a single-batch class that does not occur.
// Collective: where the crew is; the same on all its ranks.
Evaluation evaluate_profiles(profile::ProfileTable wells, const EvaluateOptions& options,
                             const std::string& where, const mpi::Crew& crew = mpi::Crew());

}  // namespace cytoscale::evaluate
