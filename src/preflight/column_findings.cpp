#include "preflight/column_findings.hpp"

#include <algorithm>
#include <functional>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "screen/input/tidy_metadata.hpp"

namespace cytoscale::preflight {
namespace {

void check_controls(const screen::Screen& screen, const Table& metadata, const screen::ColumnRoles& roles,
                    const std::string& where, bool needed, Findings& found) {
  const bool named = roles.control != screen::ColumnRoles{}.control;
  const auto mask = screen::control_mask(metadata, roles, where, needed || named);
  if (std::find(mask.begin(), mask.end(), 1) == mask.end()) {
    found.notes.push_back(where + ": no wells are known to be negative controls; name them with --control");
    return;
  }
  for (const auto& plate : screen::plates_of(screen)) {
    const auto first = mask.begin() + static_cast<std::ptrdiff_t>(plate.first_field);
    const auto last = first + static_cast<std::ptrdiff_t>(plate.field_count);
    if (std::find(first, last, 1) != last) continue;
    (needed ? found.problems : found.notes)
        .push_back(where + ": plate " + plate.plate + " has no negative control (" + roles.control +
                   "); per-plate normalization is impossible");
  }
}

void check_batches(const Table& metadata, const screen::ColumnRoles& roles, const std::string& where,
                   Findings& found) {
  const auto batches = screen::batch_labels(metadata, roles, where).codes().texts;
  if (batches.size() != 1) return;
  found.notes.push_back(where + ": all fields are of one batch ('" + batches.front() +
                        "'): NSCB has no candidates. Name another column with --batch if there were repeats");
}

// A column that evaluation does without where nobody named another (evaluate/matching/well_labels.cpp).
bool there(const Table& metadata, const std::string& column, const std::string& usual,
           const std::string& option, const std::string& where, Findings& found) {
  if (column != usual || metadata.find(column)) {
    metadata.column(column, where);
    return true;
  }
  const auto near = nearest_word(column, metadata.columns);
  found.notes.push_back(where + ": no column " + column + (near ? " (nearest: " + *near + ")" : "") +
                        "; name it with " + option);
  return false;
}

// Wells that learning and evaluation leave out.
void check_labels(const Table& metadata, const screen::ColumnRoles& roles, const std::string& where,
                  Findings& found) {
  const auto labels = screen::treatment_labels(metadata, roles, where);
  std::size_t blank = 0;
  labels.each([&](std::string_view label) { blank += label.empty(); });
  if (blank > 0)
    found.notes.push_back(where + ": " + count_text(blank) + " of " + count_text(labels.size()) +
                          " fields have no treatment (blank " + join(roles.treatment, ", ") +
                          "): they are neither learned from nor evaluated");
}

}  // namespace

Findings column_findings(const screen::Screen& screen, const screen::ColumnRoles& roles,
                         const std::string& where, bool needs_controls) {
  const screen::ColumnRoles usual;
  const auto metadata = screen::metadata_table(screen);
  Findings found;
  const auto attempt = [&](const std::function<void()>& check) {
    try {
      check();
    } catch (const Error& error) {
      found.problems.emplace_back(error.what());
    }
  };
  for (const auto& line : screen::shared_planes(screen)) found.problems.push_back(where + ": " + line);
  attempt([&] { check_labels(metadata, roles, where, found); });
  attempt([&] {
    for (const auto& note : screen::alike_notes(metadata, roles)) found.notes.push_back(where + ": " + note);
  });
  attempt([&] { there(metadata, roles.compound, usual.compound, "--compound", where, found); });
  attempt([&] { there(metadata, roles.class_column, usual.class_column, "--class", where, found); });
  attempt([&] { check_controls(screen, metadata, roles, where, needs_controls, found); });
  attempt([&] {
    if (!roles.batch_from_plate.empty() ||
        there(metadata, roles.batch, usual.batch, "--batch or --batch-from-plate", where, found))
      check_batches(metadata, roles, where, found);
  });
  return found;
}

}  // namespace cytoscale::preflight
