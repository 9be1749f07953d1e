#include "evaluate/matching/well_labels.hpp"

#include <set>

#include "core/error.hpp"
#include "core/text/spelling.hpp"
#include "core/text/text.hpp"
#include "profile/groups.hpp"

namespace cytoscale::evaluate {
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
  return metadata.rows.column(metadata.column(column, where))
      .changed([](std::string_view text) { return is_missing(text) ? std::string() : std::string(text); })
      .texts();
}

// "B|A" and "A|B" are one.
std::vector<std::string> classes_of(const Table& metadata, const std::string& column,
                                    const std::string& where) {
  auto values = values_of(metadata, column, where);
  for (auto& value : values)
    if (value.find('|') != std::string::npos) value = join(screen::labels_in(value, true), "|");
  return values;
}

std::vector<char> controls(const Table& metadata, const screen::ColumnRoles& roles, const std::string& where,
                           std::vector<std::string>& notes) {
  const auto usual = screen::parse_selector(screen::ColumnRoles{}.control, "--control");
  for (const auto& choice : screen::parse_choices(roles.control, "--control"))
    if (!has_role(metadata, choice.column, usual.column, "--control", where, notes))
      return std::vector<char>(metadata.rows.size(), 0);
  return screen::control_mask(metadata, roles, where, roles.control != screen::ColumnRoles{}.control);
}

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

}  // namespace

std::vector<std::size_t> WellLabels::controls() const {
  return profile::marked_rows(control);
}

WellLabels read_well_labels(const Table& metadata, const screen::ColumnRoles& roles, const std::string& where,
                            std::vector<std::string>& notes) {
  const screen::ColumnRoles usual;
  WellLabels labels;
  labels.control = controls(metadata, roles, where, notes);
  const auto treatments = screen::treatment_labels(metadata, roles, where).texts();
  std::size_t unlabeled = 0;
  for (std::size_t row = 0; row < labels.control.size(); ++row) {
    if (labels.control[row]) continue;
    if (treatments[row].empty()) {
      ++unlabeled;
    } else {
      labels.rows.push_back(row);
    }
  }
  if (labels.rows.empty())
    throw Error(unlabeled ? "no well that is no control has a treatment: there is nothing to evaluate"
                          : "every well is a control: there is nothing to evaluate",
                where, "Check --control and --treatment");
  if (unlabeled > 0)
    notes.push_back(count_text(unlabeled) + " wells have no treatment (blank " + join(roles.treatment, ", ") +
                    "): left out");
  const auto read = [&](bool present, const auto& values) {
    return pick(present ? values() : std::vector<std::string>{}, labels.rows);
  };
  labels.treatment = pick(treatments, labels.rows);
  labels.has_compound = has_role(metadata, roles.compound, usual.compound, "--compound", where, notes);
  labels.compound =
      labels.has_compound ? pick(values_of(metadata, roles.compound, where), labels.rows) : labels.treatment;
  labels.has_class = has_role(metadata, roles.class_column, usual.class_column, "--class", where, notes);
  labels.moa = read(labels.has_class, [&] { return classes_of(metadata, roles.class_column, where); });
  labels.has_batch =
      !roles.batch_from_plate.empty() ||
      has_role(metadata, roles.batch, usual.batch, "--batch or --batch-from-plate", where, notes);
  labels.batch = read(labels.has_batch, [&] { return screen::batch_labels(metadata, roles, where).texts(); });
  return labels;
}

TreatmentSet make_treatments(const profile::Matrix& values, const WellLabels& labels,
                             const profile::Aggregation& how, const screen::ColumnRoles& roles,
                             const std::string& where) {
  const profile::Groups groups = profile::group_rows(labels.treatment);
  TreatmentSet set;
  set.values = profile::aggregate_rows(values, groups, how);
  set.name = groups.names;
  for (std::size_t g = 0; g < groups.names.size(); ++g) {
    const auto& rows = groups.rows[g];
    set.compound.push_back(common_value(labels.compound, rows, groups.names[g], roles.compound, where));
    set.moa.push_back(common_value(labels.moa, rows, groups.names[g], roles.class_column, where));
    std::set<std::string> batches;
    for (const auto row : rows) batches.insert(labels.batch[row]);
    set.batches.emplace_back(batches.begin(), batches.end());
    set.wells.push_back(rows.size());
  }
  return set;
}

}  // namespace cytoscale::evaluate
