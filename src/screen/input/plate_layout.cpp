#include "screen/input/plate_layout.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>

#include "core/error.hpp"
#include "core/text/spelling.hpp"
#include "core/text/text.hpp"

namespace cytoscale::screen {
namespace {
namespace fs = std::filesystem;

constexpr std::array table_endings = {".txt", ".tsv", ".csv", ".txt.gz", ".tsv.gz", ".csv.gz", ".parquet"};
constexpr const char* sample_column = "Metadata_broad_sample";

std::optional<fs::path> with_ending(const fs::path& stem) {
  for (const char* ending : table_endings) {
    const fs::path path = stem.string() + ending;
    if (fs::is_regular_file(path)) return path;
  }
  return std::nullopt;
}

std::optional<std::size_t> any_of_columns(const Table& table, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const auto found = table.find(name)) return found;
  return std::nullopt;
}

std::vector<fs::path> places_of_maps(const fs::path& folder) {
  return {folder / "platemap", folder / "platemaps", folder};
}

fs::path map_file(const fs::path& folder, const std::string& name, const std::string& where) {
  for (const auto& place : places_of_maps(folder))
    if (const auto path = with_ending(place / name)) return *path;
  throw Error("the plate map '" + name + "' is not there", where,
              "Put " + name + ".txt into " + (folder / "platemap").string());
}

// Adds the wells of a map, as those of `plate`; columns that are new come last.
void add_wells(Table& all, const Table& map, const std::string& plate, const std::string& name) {
  std::vector<std::size_t> places;
  for (const auto& column : map.columns) {
    if (!all.find(column)) all.add_column(column, TextColumn(all.rows.size(), ""));
    places.push_back(*all.find(column));
  }
  for (const auto& from : map.rows) {
    std::vector<std::string> row(all.columns.size());
    row[0] = plate, row[1] = name;
    for (std::size_t c = 0; c < places.size(); ++c)
      if (places[c] > 1) row[places[c]] = from[c];
    all.rows.push_back(row);
  }
}

std::string metadata_name(const std::string& column) {
  return column.starts_with("Metadata_") ? column : "Metadata_" + column;
}

// The column of `compounds` to join on.
std::optional<std::size_t> key_column(const Table& table, const Table& compounds) {
  for (const char* usual : {"broad_sample", "Metadata_broad_sample", "JCP2022", "Metadata_JCP2022",
                            "compound", "Metadata_Compound", "Compound", "gene", "Metadata_Gene", "InChIKey"})
    if (const auto found = compounds.find(usual); found && table.find(metadata_name(usual))) return found;
  std::vector<std::size_t> shared;
  for (std::size_t c = 0; c < compounds.columns.size(); ++c)
    if (table.find(metadata_name(compounds.columns[c]))) shared.push_back(c);
  if (shared.size() == 1) return shared.front();
  return std::nullopt;
}

std::string known_or_blank(const std::string& value) {
  return is_missing(value) ? std::string() : value;
}

}  // namespace

Table read_plate_map(const fs::path& path, Reading& reading) {
  const auto list = fs::is_directory(path) ? with_ending(path / "barcode_platemap") : path;
  if (!list)
    throw Error("there is no barcode_platemap.csv in the folder", path.string(),
                "Name a plate map, or a folder with barcode_platemap.csv and platemap/NAME.txt");
  auto barcodes = read_csv(*list);
  reading.sources.push_back(*list);
  const auto plate = any_of_columns(barcodes, {"Assay_Plate_Barcode", "Metadata_Plate", "Plate"}),
             name = any_of_columns(barcodes, {"Plate_Map_Name", "plate_map_name", "Metadata_Plate_Map_Name"});
  const bool wells = any_of_columns(barcodes, {"Metadata_Well", "well_position", "Well", "well"}).has_value();
  if (wells || !plate || !name) return barcodes;
  for (const auto& place : places_of_maps(list->parent_path())) reading.sources.push_back(place);
  Table all{{"Metadata_Plate", "Plate_Map_Name"}, {}};
  std::map<std::string, Table> maps;
  for (const auto& row : barcodes.rows) {
    auto at = maps.find(row[*name]);
    if (at == maps.end()) {
      const auto file = map_file(list->parent_path(), row[*name], list->string());
      at = maps.emplace(row[*name], read_csv(file)).first;
      reading.sources.push_back(file);
    }
    add_wells(all, at->second, row[*plate], row[*name]);
  }
  reading.notes.push_back("plate maps of " + list->string() + ": " + count_text(barcodes.rows.size()) +
                          " plates, " + count_text(maps.size()) + " maps");
  return all;
}

std::vector<fs::path> compound_tables(const fs::path& path, Reading& reading) {
  std::vector<fs::path> tables;
  if (!fs::is_directory(path)) return tables;
  for (const auto& folder : {path, path / ".." / ".." / "external_metadata"}) {
    reading.sources.push_back(folder);  // also where it is not there: it may be some day
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder)) {
      const auto name = entry.path().filename().string();
      const bool table = std::any_of(table_endings.begin(), table_endings.end(),
                                     [&](const char* ending) { return name.ends_with(ending); });
      if (!table || name.starts_with("barcode_platemap") || name.starts_with('.')) continue;
      const auto columns = read_csv(entry.path());
      reading.sources.push_back(entry.path());
      if (columns.find("broad_sample") || columns.find(sample_column)) tables.push_back(entry.path());
    }
  }
  std::sort(tables.begin(), tables.end());
  return tables;
}

void join_compounds(Table& table, const fs::path& path, Reading& reading) {
  auto& notes = reading.notes;
  reading.sources.push_back(path);
  const auto compounds = read_csv(path);
  const auto where = path.string();
  const auto key = key_column(table, compounds);
  if (!key)
    throw Error("the table of compounds has no column to join it by", where,
                "It needs a column that the plate map or manifest has too, e.g. broad_sample. It has: " +
                    join_some(compounds.columns, 12));
  const auto own = *table.find(metadata_name(compounds.columns[*key]));
  const auto solvent = table.find("Metadata_solvent");
  std::map<std::string, std::size_t> rows;
  for (std::size_t row = 0; row < compounds.rows.size(); ++row) {
    const auto name = known_or_blank(compounds.rows.at(row, *key));
    const auto [at, fresh] = rows.emplace(name, row);
    if (!fresh && compounds.rows[at->second] != compounds.rows[row])
      throw Error("'" + compounds.rows.at(row, *key) + "' has two rows", where, "Keep one");
  }
  const auto samples = table.rows.column(own).codes();
  const auto in_solvent = solvent
                              ? table.rows.column(*solvent).where([](auto text) { return !is_missing(text); })
                              : std::vector<char>(table.rows.size(), 0);
  // By sample: its row, where there is one, and whether it is one.
  std::vector<std::optional<std::size_t>> row_of;
  std::vector<char> blank;
  for (const auto& text : samples.texts) {
    const auto sample = known_or_blank(text);
    const auto at = rows.find(sample);
    row_of.push_back(at == rows.end() ? std::nullopt : std::optional(at->second));
    blank.push_back(sample.empty());
  }
  constexpr auto nothing = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> matched;
  matched.reserve(table.rows.size());
  std::size_t unknown = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto sample = samples.of[row];
    const bool joined = row_of[sample] && (!blank[sample] || in_solvent[row]);
    matched.push_back(joined ? *row_of[sample] : nothing);
    unknown += !joined && !blank[sample];
  }
  std::vector<std::string> added;
  for (std::size_t c = 0; c < compounds.columns.size(); ++c) {
    const auto column = metadata_name(compounds.columns[c]);
    if (table.find(column)) continue;
    const auto known = compounds.rows.column(c).changed(
        [](std::string_view text) { return known_or_blank(std::string(text)); });
    TextColumn values;
    for (const auto row : matched) values.push_back(row == nothing ? std::string() : known[row]);
    table.add_column(column, std::move(values));
    added.push_back(column);
  }
  notes.push_back("joined " + where + " by " + table.columns[own] + ": " + join_some(added, 8));
  if (unknown > 0)
    notes.push_back(where + " has no row for the " + table.columns[own] + " of " + count_text(unknown) +
                    " fields");
}

void name_solvent_wells(Table& table, std::vector<std::string>& notes) {
  const auto sample = table.find(sample_column), solvent = table.find("Metadata_solvent"),
             control = table.find("Metadata_control_type"), kind = table.find("Metadata_pert_type");
  if (!sample || !solvent) return;
  const auto missing = [&](std::size_t column) {
    return table.rows.column(column).where([](std::string_view text) { return is_missing(text); });
  };
  const auto no_sample = missing(*sample), no_solvent = missing(*solvent);
  std::vector<char> named(table.rows.size(), 0);
  for (std::size_t row = 0; row < named.size(); ++row) named[row] = no_sample[row] && !no_solvent[row];
  const auto solvents = table.rows.column(*solvent);
  // Of the rows named: `text(row)` where the column's own may be replaced.
  const auto put = [&](std::size_t column, bool where_blank, const auto& text) {
    TextColumn values;
    std::size_t row = 0;
    table.rows.column(column).each([&](std::string_view own) {
      if (named[row] && (own.empty() || !where_blank)) {
        values.push_back(text(row));
      } else {
        values.push_back(own);
      }
      ++row;
    });
    table.rows.set_column(column, std::move(values));
  };
  const auto count = static_cast<std::size_t>(std::count(named.begin(), named.end(), 1));
  if (count == 0) return;
  put(*sample, false, [&](std::size_t row) { return solvents[row]; });
  if (control) put(*control, true, [](std::size_t) { return std::string("negcon"); });
  if (kind) put(*kind, true, [](std::size_t) { return std::string("control"); });
  notes.push_back(count_text(count) + " fields without a " + sample_column +
                  " have their Metadata_solvent in its place, and are negative controls");
}

}  // namespace cytoscale::screen
