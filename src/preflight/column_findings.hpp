// What is wrong or odd about a screen's metadata for the stages after segmentation.
#pragma once
#include <string>

#include "core/findings.hpp"
#include "screen/column_roles.hpp"
#include "screen/screen.hpp"

namespace cytoscale::preflight {

// Problems: columns that are missing, no negative control on the screen or on a plate, channels that are one
// image. Notes: a single batch, fields without a treatment, values that differ in case or blanks only; a
// column that has only its usual name and is not there, where the stages do without (class, compound, batch;
// controls where nothing is normalized by them). `where`: the manifest, for the lines. Collective: no.
Findings column_findings(const screen::Screen& screen, const screen::ColumnRoles& roles,
                         const std::string& where, bool needs_controls = true);

}  // namespace cytoscale::preflight
