// Metadata as people write them, in one spelling. Shared by the readers of manifests and of profiles.
// Collective: no.
#pragma once
#include <string>
#include <vector>

#include "core/table/csv.hpp"
#include "screen/column_roles.hpp"

namespace cytoscale::screen {

// In place, in columns whose names begin with Metadata_: a slash in a name, which HDF5 cannot store, becomes
// an underscore; numbers that are equal are spelled in one way where a column has several (but plates, wells
// and sites are names); wells as unify_wells() does. Adds a line to `notes` for each change. Throws Error
// naming `where`: two columns get one name.
void tidy_metadata(Table& table, const std::string& where, std::vector<std::string>& notes);

// Values of the columns that have a role which differ in case or blanks only, so that one may be meant: one
// line for each column.
std::vector<std::string> alike_notes(const Table& metadata, const ColumnRoles& roles);

}  // namespace cytoscale::screen
