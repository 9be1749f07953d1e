// Cell centers from another program.
#pragma once
#include <filesystem>
#include <utility>
#include <vector>

namespace cytoscale::image {

// (y, x) in px, in the file's order. Column pairs known (X, Y): Nuclei_Location_Center_X/_Y (DeepProfiler and
// CellProfiler's joined tables), Location_Center_X/_Y and AreaShape_Center_X/_Y (CellProfiler's Nuclei.csv),
// Center_X/_Y, X/Y in any case. Throws Error: unreadable, no such columns, a cell that is not a finite number
// (with its line).
std::vector<std::pair<float, float>> read_locations(const std::filesystem::path& csv);

}  // namespace cytoscale::image
