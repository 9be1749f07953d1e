// CellProfiler's LoadData CSV, as the Cell Painting Gallery publishes it: FileName_Orig<Channel>,
// PathName_Orig<Channel>, Metadata_Plate, Metadata_Well, Metadata_Site; treatments in a plate map, joined on
// the well and, where the map has more than one plate, on the plate or the plate map's name.
#include <algorithm>
#include <cctype>
#include <map>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "screen/manifest_formats.hpp"

namespace cytoscale::screen {
namespace {

std::optional<std::size_t> first_column(const Table& table, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto found = table.find(name)) return found;
  }
  return std::nullopt;
}

// "A1" and "a01" are one well.
std::string well_key(const std::string& well) {
  std::string letters, digits;
  for (const char each : trim(well)) {
    const auto c = static_cast<unsigned char>(each);
    (std::isdigit(c) ? digits : letters) += static_cast<char>(std::toupper(c));
  }
  while (digits.size() > 1 && digits.front() == '0') digits.erase(0, 1);
  return letters + digits;
}

void join_platemap(Table& table, const ManifestOptions& options) {
  const auto where = options.manifest.string(), map_where = options.platemap.string();
  const auto first_line =
      read_csv(options.platemap,
               options.platemap.extension() == ".txt" || options.platemap.extension() == ".tsv" ? '\t' : ',');
  const auto& map = first_line;
  const auto well =
      first_column(map, {"Metadata_Well", "well_position", "Well", "well", "Metadata_well_position"});
  if (!well) {
    throw Error("the plate map has no well column", map_where, "Name it Metadata_Well or well_position");
  }
  const auto plate = first_column(map, {"Metadata_Plate", "Plate", "Assay_Plate_Barcode"});
  const auto name = first_column(map, {"Metadata_Plate_Map_Name", "Plate_Map_Name", "plate_map_name"});
  const auto own_name = first_column(table, {"Metadata_Plate_Map_Name", "Metadata_plate_map_name"});
  const bool by_name = !plate && name && own_name;
  std::map<std::string, const std::vector<std::string>*> rows;
  for (const auto& row : map.rows) {
    const auto prefix = plate ? row[*plate] : by_name ? row[*name] : std::string();
    rows[prefix + '\n' + well_key(row[*well])] = &row;
  }
  const auto own_plate = table.column("Metadata_Plate", where),
             own_well = table.column("Metadata_Well", where);
  std::vector<const std::vector<std::string>*> matched;
  for (const auto& row : table.rows) {
    const auto prefix = plate ? row[own_plate] : by_name ? row[*own_name] : std::string();
    const auto it = rows.find(prefix + '\n' + well_key(row[own_well]));
    if (it == rows.end()) {
      throw Error("well " + row[own_well] + " of plate " + row[own_plate] + " is not in the plate map",
                  map_where, "Complete the plate map, or leave the plate out with --plates");
    }
    matched.push_back(it->second);
  }
  for (std::size_t c = 0; c < map.columns.size(); ++c) {
    const auto column =
        map.columns[c].starts_with("Metadata_") ? map.columns[c] : "Metadata_" + map.columns[c];
    if (table.find(column) || c == *well) continue;
    std::vector<std::string> values;
    for (const auto* row : matched) values.push_back((*row)[c]);
    table.add_column(column, std::move(values));
  }
}

}  // namespace

Table native_from_loaddata(Table table, const ManifestOptions& options) {
  for (auto& column : table.columns) {
    for (const std::string prefix : {"FileName_", "PathName_", "Frame_"}) {
      if (column.starts_with(prefix + "Orig")) column.erase(prefix.size(), 4);
    }
  }
  if (!options.platemap.empty()) join_platemap(table, options);
  return table;
}

}  // namespace cytoscale::screen
