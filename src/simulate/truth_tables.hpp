// The two tables of a simulated screen: its manifest and its truth.
#pragma once
#include <string>
#include <vector>

#include "core/table/csv.hpp"
#include "simulate/biology/population.hpp"
#include "simulate/design/design.hpp"
#include "simulate/settings.hpp"

namespace cytoscale::simulate {

// "images/<plate>" and "<plate>_<well>_s<site>_<Channel>.tif"; site is 1-based.
std::string image_folder(const Design& design, const DesignWell& well);
std::string image_name(const Design& design, const DesignWell& well, int site, const std::string& channel);

// Below masks/cells and masks/responding: 16 bits, each cell's pixels have its `object`; 0: no cell's.
std::string mask_name(const Design& design, const DesignWell& well, int site);
int object_of(const Cell& cell);

// screen.csv: one row a field, in global order; image paths relative to the manifest.
Table make_manifest(const Design& design, const SimulateSettings& settings);

// truth.csv: one row for each cell whose nucleus' center lies in the field. Traits that no channel shows are
// left out.
std::vector<std::string> truth_columns(const Design& design, const SimulateSettings& settings);
std::vector<std::vector<std::string>> truth_rows(const Design& design, const SimulateSettings& settings,
                                                 const DesignWell& well, int site,
                                                 const std::vector<Cell>& cells);

}  // namespace cytoscale::simulate
