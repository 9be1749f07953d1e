#include "evaluate/evaluation.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "evaluate/matching/classes.hpp"
#include "screen/input/tidy_metadata.hpp"

namespace cytoscale::evaluate {
namespace {

void choose_single_batch_classes(Evaluation& result, const std::vector<std::string>& asked,
                                 const std::string& where) {
  if (asked.size() == 1 && asked[0] == "auto") {
    result.single_batch_classes = find_single_batch_classes(result.treatments);
    return;
  }
  const Classes classes(result.treatments.moa);
  const auto& present = classes.groups().names;
  for (const auto& name : asked) {
    if (std::find(present.begin(), present.end(), name) != present.end()) continue;
    const auto near = nearest_word(name, present);
    throw Error("no treatment has the class '" + name + "'", where,
                near ? "Did you mean '" + *near + "'? See --single-batch-classes"
                     : "See --single-batch-classes, or use auto");
  }
  result.single_batch_classes = asked;
}

void match_by_rules(Evaluation& result, bool has_batches, const BootstrapOptions& bootstrap,
                    const mpi::Crew& crew) {
  const Classes all(result.treatments.moa);
  const auto& classes = all.groups().names;
  if (all.several())
    result.notes.emplace_back(
        "some treatments have several classes (A|B is A and B): a match shares any of them");
  if (classes.size() < 2) {
    result.notes.push_back(classes.empty() ? "no treatment has a class: NSC and NSCB do not apply"
                                           : "all treatments are of one class: NSC and NSCB do not apply");
    return;
  }
  for (const auto rule : {MatchRule::nsc, MatchRule::nscb_disjoint, MatchRule::nscb_joined}) {
    if (rule != MatchRule::nsc && !has_batches) continue;
    auto matched = match_treatments(result.treatments, rule, result.single_batch_classes, crew);
    if (matched.without_candidate == matched.score.total) {
      result.notes.push_back("no query has a candidate: " + rule_title(rule) + " does not apply");
      continue;
    }
    if (matched.without_candidate > 0) {
      result.notes.push_back(rule_title(rule) + ": " + std::to_string(matched.without_candidate) +
                             " queries have no candidate and count as wrong");
    }
    std::vector<std::string> units;
    for (const auto& match : matched.matches) units.push_back(result.treatments.name[match.query]);
    matched.score = score_of(answers_of(matched), units, bootstrap);
    matched.classes = class_scores(result.treatments, matched, bootstrap);
    result.rules.push_back(std::move(matched));
  }
}

void measure_z_prime(Evaluation& result, const profile::ProfileTable& wells,
                     const std::vector<char>& negative, const ZPrimeOptions& options,
                     const std::string& where) {
  if (options.positive.empty()) return;
  const auto train = training_mask(wells.metadata, options.train, where);
  const auto selector = screen::parse_selector(options.positive, "--zprime-positive");
  const bool usual = options.positive == ZPrimeOptions{}.positive;
  if (usual && !wells.metadata.find(selector.column)) {
    result.notes.push_back("no column " + selector.column +
                           ": Z' does not apply; name positive controls with --zprime-positive");
    return;
  }
  const auto column = wells.metadata.column(selector.column, where);
  const auto positive =
      wells.metadata.rows.column(column).where([&](std::string_view text) { return selector.holds(text); });
  if (std::find(positive.begin(), positive.end(), 1) == positive.end()) {
    if (!usual) throw Error("no well has " + options.positive, where, "Check --zprime-positive");
    return result.notes.push_back("no positive control wells (" + options.positive + "): Z' does not apply");
  }
  if (std::find(negative.begin(), negative.end(), 1) == negative.end()) {
    return result.notes.push_back("no negative control wells: Z' does not apply");
  }
  try {
    result.z_prime = z_prime(wells.values, negative, positive, train, options.axis, where);
  } catch (const Error& error) {
    if (!usual || !options.train.empty()) throw;
    result.notes.push_back("Z' does not apply: " + error.problem());
  }
}

}  // namespace

void EvaluateOptions::validate() const {
  roles.validate();
  normalize.validate();
  aggregate.validate();
  bootstrap.validate();
  retrieval.validate();
  if (single_batch_classes.size() > 1 && std::find(single_batch_classes.begin(), single_batch_classes.end(),
                                                   "auto") != single_batch_classes.end()) {
    throw Error("'auto' stands beside names of classes", "--single-batch-classes",
                "Use auto alone, or names alone");
  }
}

const RuleResult* Evaluation::rule(MatchRule which) const {
  for (const auto& result : rules) {
    if (result.rule == which) return &result;
  }
  return nullptr;
}

Evaluation evaluate_profiles(profile::ProfileTable wells, const EvaluateOptions& options,
                             const std::string& where, const mpi::Crew& crew) {
  options.validate();
  const auto& roles = options.roles;
  Evaluation result;
  result.notes = wells.notes;
  const auto labels = read_well_labels(wells.metadata, roles, where, result.notes);
  for (auto& note : screen::alike_notes(wells.metadata, roles)) result.notes.push_back(std::move(note));
  const auto well_role = profile::well_roles(wells.metadata, roles, options.normalize, where);
  wells = profile::normalize(std::move(wells), well_role, options.normalize, where, crew.threads());
  result.wells = wells.size();
  result.control_wells = labels.controls().size();
  result.features = wells.features.size();
  result.dropped = wells.dropped;
  result.frobenius_norm = wells.values.norm();

  const profile::Matrix treated = wells.values(labels.rows, Eigen::all);
  result.treatments = make_treatments(treated, labels, options.aggregate, roles, where);
  if (labels.has_class) {
    if (labels.has_batch) choose_single_batch_classes(result, options.single_batch_classes, where);
    match_by_rules(result, labels.has_batch, options.bootstrap, crew);
  }
  const auto replicate =
      score_of(same_label_answers(treated, labels.treatment, crew), labels.treatment, options.bootstrap);
  if (replicate.total) result.replicate_accuracy = replicate;
  const auto gene = score_of(same_label_answers(result.treatments.values, result.treatments.compound, crew),
                             result.treatments.name, options.bootstrap);
  if (labels.has_compound && gene.total) result.gene_accuracy = gene;
  measure_z_prime(result, wells, labels.control, options.zprime, where);
  if (options.retrieval.wanted)
    result.retrieval = measure_retrieval(wells.values, labels, result.treatments, options.retrieval,
                                         options.bootstrap, result.notes, crew);
  return result;
}

}  // namespace cytoscale::evaluate
