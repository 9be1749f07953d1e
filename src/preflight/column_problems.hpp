// What is wrong with a screen's metadata for the stages after segmentation.
#pragma once
#include <string>
#include <vector>

#include "screen/column_roles.hpp"
#include "screen/screen.hpp"

namespace cytoscale::preflight {

// Columns that are missing, no negative control on the screen or on a plate, a single batch; one line each.
// `where`: the manifest, for the lines. Collective: no.
std::vector<std::string> column_problems(const screen::Screen& screen, const screen::ColumnRoles& roles,
                                         const std::string& where);

}  // namespace cytoscale::preflight
