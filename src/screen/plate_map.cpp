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

using RowOfWell = std::map<std::string, std::size_t>;

std::string row_key(const std::string& plate, std::string_view well) {
  return plate + '\n' + well_key(well);
}

RowOfWell rows_by_well(const Table& map, std::optional<std::size_t> plate, std::size_t well,
                       const std::string& where) {
  RowOfWell rows;
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    const auto of_plate = plate ? map.rows.at(row, *plate) : std::string(), name = map.rows.at(row, well);
    const auto [it, fresh] = rows.emplace(row_key(of_plate, name), row);
    if (fresh || map.rows[it->second] == map.rows[row]) continue;
    if (plate) throw Error("well " + name + " of '" + of_plate + "' has two rows", where, "Keep one");
    throw Error(
        "well " + name + " has two rows, and nothing tells which plate each is of", where,
        "Add a column Metadata_Plate; or Plate_Map_Name, with Metadata_Plate_Map_Name in the manifest");
  }
  return rows;
}

// The row of the map for each of the table.
class WellRows {
 public:
  WellRows(const Table& table, std::optional<std::size_t> plate, std::size_t well, const RowOfWell& rows)
      : plates_(plate ? table.rows.column(*plate).codes() : TextColumn(table.rows.size(), "").codes()),
        wells_(table.rows.column(well).codes()),
        rows_(rows) {}
  // Nothing where the map has none. One look for each plate and well.
  std::optional<std::size_t> of(std::size_t row) {
    const auto plate = plates_.of[row], well = wells_.of[row];
    const auto [at, fresh] = known_.try_emplace({plate, well});
    if (fresh) {
      const auto found = rows_.find(row_key(plates_.texts[plate], wells_.texts[well]));
      if (found != rows_.end()) at->second = found->second;
    }
    return at->second;
  }

 private:
  TextColumn::Codes plates_, wells_;
  const RowOfWell& rows_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::optional<std::size_t>> known_;
};

}  // namespace

void join_plate_map(Table& table, const ManifestOptions& options, Reading& reading) {
  const auto where = options.manifest.string(), map_where = options.platemap.string();
  const auto map = read_plate_map(options.platemap, reading);
  const auto well =
      first_column(map, {"Metadata_Well", "well_position", "Well", "well", "Metadata_well_position"});
  if (!well) {
    throw Error("the plate map has no well column", map_where, "Name it Metadata_Well or well_position");
  }
  const auto plates = plate_columns(map, table, where);
  const auto rows = rows_by_well(map, plates.of_map, *well, map_where);
  const auto own_plate = table.column("Metadata_Plate", where),
             own_well = table.column("Metadata_Well", where);
  std::vector<std::size_t> matched;
  matched.reserve(table.rows.size());
  WellRows row_of(table, plates.of_manifest, own_well, rows);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto found = row_of.of(row);
    if (!found)
      throw Error("well " + table.rows.at(row, own_well) + " of plate " + table.rows.at(row, own_plate) +
                      " is not in the plate map",
                  map_where, "Complete the plate map, or leave the plate out with --plates");
    matched.push_back(*found);
  }
  for (std::size_t c = 0; c < map.columns.size(); ++c) {
    const auto column =
        map.columns[c].starts_with("Metadata_") ? map.columns[c] : "Metadata_" + map.columns[c];
    if (table.find(column) || c == *well) continue;  // what the manifest says itself counts
    table.add_column(column, map.rows.column(c).rows(matched));
  }
}

}  // namespace cytoscale::screen
