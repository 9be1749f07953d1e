// Matching treatments to their class by the nearest neighbor (docs/method.md, "Matching"). Pure functions
// over matrices and labels, collective where a crew of several ranks is given.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "evaluate/score.hpp"
#include "mpi/crew.hpp"
#include "profile/profile_table.hpp"

namespace cytoscale::evaluate {

// Treatment profiles without controls; all vectors of one length.
struct TreatmentSet {
  profile::Matrix values;
  std::vector<std::string> name;
  std::vector<std::string> compound;  // or gene; NSC excludes candidates that share the query's
  std::vector<std::string> moa;       // class, or several (classes.hpp); "" is unknown: neither query
                                      // nor candidate
  std::vector<std::vector<std::string>> batches;  // sorted, unique
  std::vector<std::size_t> wells;                 // how many
  std::size_t size() const { return name.size(); }
};

enum class MatchRule {
  nsc,            // candidates exclude the query's compound
  nscb_disjoint,  // … and those that share any batch with the query
  nscb_joined     // … and those whose joined batch names equal the query's; single-batch classes are no
                  // candidates
};
std::string rule_key(MatchRule rule);    // "nsc", "nscb_disjoint", "nscb_joined"
std::string rule_title(MatchRule rule);  // "NSC", "NSCB disjoint", "NSCB joined"

struct Match {
  std::size_t query;                   // index in the set
  std::optional<std::size_t> nearest;  // nothing: no candidate was left, counted as wrong
  double similarity = 0;
  bool correct = false;  // they share a class
};

struct ClassScore {
  std::string name;
  Score score;
};

struct RuleResult {
  MatchRule rule;
  std::vector<Match> matches;  // one per query, in the set's order
  Score score;
  std::size_t without_candidate = 0;
  std::vector<ClassScore> classes;  // as class_scores() makes them; match_treatments() leaves them out
};

// Classes whose treatments all lie in one and the same batch: NSCB cannot recover them. Sorted. A treatment
// is of such classes where all of its are.
std::vector<std::string> find_single_batch_classes(const TreatmentSet& set);

// Queries: every treatment with a class; under NSCB not those of single-batch classes.
RuleResult match_treatments(const TreatmentSet& set, MatchRule rule,
                            const std::vector<std::string>& single_batch_classes,
                            const mpi::Crew& crew = mpi::Crew());

// The answers of a rule's queries, in their order.
Answers answers_of(const RuleResult& result);

// Asked of the rows whose label another row has too: does the nearest neighbor (not themselves) have their
// label? Replicate accuracy with wells and treatments; gene accuracy with alleles and genes. All rows are
// candidates.
Answers same_label_answers(const profile::Matrix& values, const std::vector<std::string>& label,
                           const mpi::Crew& crew = mpi::Crew());

// A rule's score class by class, in natural order: of the queries of a class, those whose neighbor is of it
// too. A query of several classes is asked in each.
std::vector<ClassScore> class_scores(const TreatmentSet& set, const RuleResult& result,
                                     const BootstrapOptions& options);

// counts[truth][matched], classes in natural order; the last column counts queries without a candidate. A
// query of several classes counts in the row of each: where its neighbor has that class, in its column, else
// in that of the neighbor's first.
struct Confusion {
  std::vector<std::string> classes;
  std::vector<std::vector<std::size_t>> counts;  // [classes][classes + 1]
};
Confusion confusion_of(const TreatmentSet& set, const RuleResult& result);

}  // namespace cytoscale::evaluate
