// Plate maps and tables of compounds, as one table or laid out as the Broad's recipe has them
// (profiling-recipe, JUMP): barcode_platemap.csv (Assay_Plate_Barcode, Plate_Map_Name), platemap/NAME.txt
// (well_position, broad_sample, …), and a table with a row for each broad_sample. Collective: no.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/table/csv.hpp"

namespace cytoscale::screen {

// What was changed or assumed, and which files were read and folders looked through.
struct Reading {
  std::vector<std::string> notes;
  std::vector<std::filesystem::path> sources;
};

// The plate map that `path` names: a table with a well column as it is. Of a barcode_platemap.csv, or of a
// folder that has one, a row for each well of each plate: Metadata_Plate, Plate_Map_Name and the columns of
// all maps. Throws Error: a map that is named is not there.
Table read_plate_map(const std::filesystem::path& path, Reading& reading);

// Tables of compounds beside a barcode_platemap.csv: in the folder `path`, and in the recipe's
// ../../external_metadata; none where `path` is a file.
std::vector<std::filesystem::path> compound_tables(const std::filesystem::path& path, Reading& reading);

// Adds the columns that `table` lacks from a table of compounds, joined on a column that both have
// (broad_sample first). NA and the like are blank. A blank sample is DMSO where the map's column solvent says
// so, and is then joined with the table's row without a sample, if there is one. Throws Error: no column is
// shared, or one sample has two rows.
void join_compounds(Table& table, const std::filesystem::path& compounds, Reading& reading);
// The second of these alone, where there is no table of compounds.
void name_solvent_wells(Table& table, std::vector<std::string>& notes);

}  // namespace cytoscale::screen
