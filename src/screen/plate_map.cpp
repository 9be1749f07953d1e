// A plate map: one row per well with what it was given, joined on the well and, where the map has them, on
// the plate or on the plate map's name.
#include <map>
#include <optional>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/text/well_name.hpp"
#include "screen/input/plate_layout.hpp"
#include "screen/manifest_formats.hpp"

namespace cytoscale::screen {
namespace {

std::optional<std::size_t> first_column(const Table& table, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto found = table.find(name)) return found;
  }
  return std::nullopt;
}

// Which column of the map, and which of the manifest, tell the plate of a row; none: all plates have one map.
struct PlateColumns {
  std::optional<std::size_t> of_map, of_manifest;
};

PlateColumns plate_columns(const Table& map, const Table& table, const std::string& where) {
  if (const auto plate = first_column(map, {"Metadata_Plate", "Plate", "Assay_Plate_Barcode"}))
    return {plate, table.column("Metadata_Plate", where)};
  const auto name = first_column(map, {"Metadata_Plate_Map_Name", "Plate_Map_Name", "plate_map_name"});
  const auto own = first_column(table, {"Metadata_Plate_Map_Name", "Metadata_plate_map_name"});
  return name && own ? PlateColumns{name, own} : PlateColumns{};
}

using Row = std::vector<std::string>;

std::string row_key(const Row& row, std::optional<std::size_t> plate, std::size_t well) {
  return (plate ? row[*plate] : "") + '\n' + well_key(row[well]);
}

std::map<std::string, const Row*> rows_by_well(const Table& map, std::optional<std::size_t> plate,
                                               std::size_t well, const std::string& where) {
  std::map<std::string, const Row*> rows;
  for (const auto& row : map.rows) {
    const auto [it, fresh] = rows.emplace(row_key(row, plate, well), &row);
    if (fresh || *it->second == row) continue;
    if (plate) throw Error("well " + row[well] + " of '" + row[*plate] + "' has two rows", where, "Keep one");
    throw Error(
        "well " + row[well] + " has two rows, and nothing tells which plate each is of", where,
        "Add a column Metadata_Plate; or Plate_Map_Name, with Metadata_Plate_Map_Name in the manifest");
  }
  return rows;
}

}  // namespace

void join_plate_map(Table& table, const ManifestOptions& options, std::vector<std::string>& notes) {
  const auto where = options.manifest.string(), map_where = options.platemap.string();
  const auto map = read_plate_map(options.platemap, notes);
  const auto well =
      first_column(map, {"Metadata_Well", "well_position", "Well", "well", "Metadata_well_position"});
  if (!well) {
    throw Error("the plate map has no well column", map_where, "Name it Metadata_Well or well_position");
  }
  const auto plates = plate_columns(map, table, where);
  const auto rows = rows_by_well(map, plates.of_map, *well, map_where);
  const auto own_plate = table.column("Metadata_Plate", where),
             own_well = table.column("Metadata_Well", where);
  std::vector<const Row*> matched;
  for (const auto& row : table.rows) {
    const auto it = rows.find(row_key(row, plates.of_manifest, own_well));
    if (it == rows.end()) {
      throw Error("well " + row[own_well] + " of plate " + row[own_plate] + " is not in the plate map",
                  map_where, "Complete the plate map, or leave the plate out with --plates");
    }
    matched.push_back(it->second);
  }
  for (std::size_t c = 0; c < map.columns.size(); ++c) {
    const auto column =
        map.columns[c].starts_with("Metadata_") ? map.columns[c] : "Metadata_" + map.columns[c];
    if (table.find(column) || c == *well) continue;  // what the manifest says itself counts
    std::vector<std::string> values;
    for (const auto* row : matched) values.push_back((*row)[c]);
    table.add_column(column, std::move(values));
  }
}

}  // namespace cytoscale::screen
