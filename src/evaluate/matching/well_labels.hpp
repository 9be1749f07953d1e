// What evaluation reads of the wells' metadata, and the treatments it makes of the wells.
#pragma once
#include <string>
#include <vector>

#include "evaluate/matching/matching.hpp"
#include "profile/aggregate.hpp"
#include "screen/column_roles.hpp"

namespace cytoscale::evaluate {

// Of the wells that are no negative controls and have a treatment; all vectors but `control` as long as
// `rows`.
struct WellLabels {
  std::vector<char> control;                                 // of all wells
  std::vector<std::size_t> rows;                             // of the profiles, ascending
  std::vector<std::string> treatment, compound, moa, batch;  // "" where there is no such column
  bool has_compound = false, has_class = false, has_batch = false;
  std::vector<std::size_t> controls() const;  // rows of the negative controls
};

// Columns that have their usual name may be absent; `notes` then says so. Throws Error: a column that was
// named is absent (with the nearest present), no well is a control that was named, no other well has a
// treatment.
WellLabels read_well_labels(const Table& metadata, const screen::ColumnRoles& roles, const std::string& where,
                            std::vector<std::string>& notes);

// `values` are of the wells that `labels` tells of. Throws Error: a treatment with two compounds or classes.
TreatmentSet make_treatments(const profile::Matrix& values, const WellLabels& labels,
                             const profile::Aggregation& how, const screen::ColumnRoles& roles,
                             const std::string& where);

}  // namespace cytoscale::evaluate
