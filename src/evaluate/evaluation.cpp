#include "evaluate/evaluation.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"

namespace cytoscale {
namespace {

// A column that the user named must exist; the usual name may be absent, and its metrics are then left out.
bool has_role(const Table& metadata, const std::string& column, const std::string& usual,
              const std::string& option, const std::string& where, std::vector<std::string>& notes) {
  if (column.empty()) return false;
  if (metadata.find(column)) return true;
  if (column != usual) metadata.column(column, where);  // throws, with the nearest names
  const auto near = nearest_word(column, metadata.columns);
  notes.push_back("no column " + column + (near ? " (nearest: " + *near + ")" : "") + "; name it with " +
                  option);
  return false;
}

std::vector<std::string> values_of(const Table& metadata, const std::string& column,
                                   const std::string& where) {
  const auto index = metadata.column(column, where);
  std::vector<std::string> values;
  for (const auto& row : metadata.rows) values.push_back(row[index]);
  return values;
}

std::vector<char> controls(const Table& metadata, const ColumnRoles& roles, const std::string& where,
                           std::vector<std::string>& notes) {
  const auto selector = parse_selector(roles.control, "--control");
  const auto usual = parse_selector(ColumnRoles{}.control, "--control");
  if (!has_role(metadata, selector.column, usual.column, "--control", where, notes)) {
    return std::vector<char>(metadata.rows.size(), 0);
  }
  return control_mask(metadata, roles, where, roles.control != ColumnRoles{}.control);
}

// Labels of the wells that are no controls.
struct WellLabels {
  std::vector<std::size_t> rows;
  std::vector<std::string> treatment, compound, moa, batch;
};

std::vector<std::string> pick(const std::vector<std::string>& values, const std::vector<std::size_t>& rows) {
  std::vector<std::string> picked;
  for (const auto row : rows) picked.push_back(values.empty() ? std::string() : values[row]);
  return picked;
}

// The one value that the wells of a treatment share (the class may be empty in some).
std::string common_value(const std::vector<std::string>& values, const std::vector<std::size_t>& rows,
                         const std::string& treatment, const std::string& what, const std::string& where) {
  std::string common;
  for (const auto row : rows) {
    if (values[row].empty() || values[row] == common) continue;
    if (!common.empty()) {
      throw Error("treatment '" + treatment + "' has two values of " + what + ": '" + common + "' and '" +
                      values[row] + "'",
                  where, "Mend the metadata, or name more columns in --treatment");
    }
    common = values[row];
  }
  return common;
}

TreatmentSet make_treatments(const Matrix& values, const WellLabels& labels, Aggregate how,
                             const ColumnRoles& roles, const std::string& where) {
  const Groups groups = group_rows(labels.treatment);
  TreatmentSet set;
  set.values = aggregate_rows(values, groups, how);
  set.name = groups.names;
  for (std::size_t g = 0; g < groups.names.size(); ++g) {
    const auto& rows = groups.rows[g];
    set.compound.push_back(common_value(labels.compound, rows, groups.names[g], roles.compound, where));
    set.moa.push_back(common_value(labels.moa, rows, groups.names[g], roles.moa, where));
    std::set<std::string> batches;
    for (const auto row : rows) batches.insert(labels.batch[row]);
    set.batches.emplace_back(batches.begin(), batches.end());
    set.wells.push_back(rows.size());
  }
  return set;
}

void choose_single_batch_classes(Evaluation& result, const std::vector<std::string>& asked,
                                 const std::string& where) {
  if (asked.size() == 1 && asked[0] == "auto") {
    result.single_batch_classes = find_single_batch_classes(result.treatments);
    return;
  }
  const auto& present = result.treatments.moa;
  for (const auto& name : asked) {
    if (std::find(present.begin(), present.end(), name) != present.end()) continue;
    const auto near = nearest_word(name, present);
    throw Error("no treatment has the class '" + name + "'", where,
                near ? "Did you mean '" + *near + "'? See --single-batch-classes"
                     : "See --single-batch-classes, or use auto");
  }
  result.single_batch_classes = asked;
}

void match_by_rules(Evaluation& result, bool has_batches) {
  std::set<std::string> classes(result.treatments.moa.begin(), result.treatments.moa.end());
  classes.erase("");
  if (classes.size() < 2) {
    result.notes.push_back(classes.empty() ? "no treatment has a class: NSC and NSCB do not apply"
                                           : "all treatments are of one class: NSC and NSCB do not apply");
    return;
  }
  for (const auto rule : {MatchRule::nsc, MatchRule::nscb_disjoint, MatchRule::nscb_joined}) {
    if (rule != MatchRule::nsc && !has_batches) continue;
    auto matched = match_treatments(result.treatments, rule, result.single_batch_classes);
    if (matched.without_candidate == matched.score.total) {
      result.notes.push_back("no query has a candidate: " + rule_title(rule) + " does not apply");
      continue;
    }
    if (matched.without_candidate > 0) {
      result.notes.push_back(rule_title(rule) + ": " + std::to_string(matched.without_candidate) +
                             " queries have no candidate and count as wrong");
    }
    result.rules.push_back(std::move(matched));
  }
}

void measure_z_prime(Evaluation& result, const ProfileTable& wells, const std::vector<char>& negative,
                     const ZPrimeOptions& options, const std::string& where) {
  if (options.positive.empty()) return;
  const auto train = training_mask(wells.metadata, options.train, where);
  const auto selector = parse_selector(options.positive, "--zprime-positive");
  const bool usual = options.positive == ZPrimeOptions{}.positive;
  if (usual && !wells.metadata.find(selector.column)) {
    result.notes.push_back("no column " + selector.column +
                           ": Z' does not apply; name positive controls with --zprime-positive");
    return;
  }
  const auto values = values_of(wells.metadata, selector.column, where);
  std::vector<char> positive;
  for (const auto& value : values) positive.push_back(value == selector.value);
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

Evaluation evaluate_profiles(ProfileTable wells, const EvaluateOptions& options, const std::string& where) {
  options.validate();
  const auto& roles = options.roles;
  const ColumnRoles usual;
  Evaluation result;
  const auto negative = controls(wells.metadata, roles, where, result.notes);
  const auto well_role = well_roles(wells.metadata, roles, options.normalize, where);
  wells = normalize(std::move(wells), well_role, options.normalize, where);
  const Table& metadata = wells.metadata;
  result.wells = wells.size();
  result.features = wells.features.size();
  result.dropped = wells.dropped;
  result.frobenius_norm = wells.values.norm();

  WellLabels labels;
  for (std::size_t row = 0; row < negative.size(); ++row) {
    if (!negative[row]) labels.rows.push_back(row);
  }
  result.control_wells = wells.size() - labels.rows.size();
  if (labels.rows.empty())
    throw Error("every well is a control: there is nothing to evaluate", where, "Check --control");
  labels.treatment = pick(treatment_labels(metadata, roles, where), labels.rows);
  const bool has_compound =
      has_role(metadata, roles.compound, usual.compound, "--compound", where, result.notes);
  labels.compound =
      has_compound ? pick(values_of(metadata, roles.compound, where), labels.rows) : labels.treatment;
  const bool has_class = has_role(metadata, roles.moa, usual.moa, "--class", where, result.notes);
  labels.moa =
      pick(has_class ? values_of(metadata, roles.moa, where) : std::vector<std::string>{}, labels.rows);
  const bool has_batches =
      !roles.batch_from_plate.empty() ||
      has_role(metadata, roles.batch, usual.batch, "--batch or --batch-from-plate", where, result.notes);
  labels.batch =
      pick(has_batches ? batch_labels(metadata, roles, where) : std::vector<std::string>{}, labels.rows);

  const Matrix treated = wells.values(labels.rows, Eigen::all);
  result.treatments = make_treatments(treated, labels, options.aggregate, roles, where);
  if (has_class) {
    if (has_batches) choose_single_batch_classes(result, options.single_batch_classes, where);
    match_by_rules(result, has_batches);
  }
  const auto replicate = same_label_accuracy(treated, labels.treatment);
  if (replicate.total) result.replicate_accuracy = replicate;
  const auto gene = same_label_accuracy(result.treatments.values, result.treatments.compound);
  if (has_compound && gene.total) result.gene_accuracy = gene;
  measure_z_prime(result, wells, negative, options.zprime, where);
  return result;
}

}  // namespace cytoscale
