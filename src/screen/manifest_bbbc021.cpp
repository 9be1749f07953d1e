// BBBC021 (Caie et al. 2010; Ljosa et al. 2012): image.csv joined with moa.csv on compound and concentration.
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/text/spelling.hpp"
#include "screen/manifest_formats.hpp"

namespace cytoscale::screen {
namespace {
namespace fs = std::filesystem;

void rename_columns(Table& table) {
  static const std::map<std::string, std::string> names = {
      {"Image_Metadata_Plate_DAPI", "Metadata_Plate"},
      {"Image_Metadata_Well_DAPI", "Metadata_Well"},
      {"Replicate", "Metadata_Replicate"},
      {"Image_Metadata_Compound", "Metadata_Compound"},
      {"Image_Metadata_Concentration", "Metadata_Concentration"}};
  for (auto& column : table.columns) {
    if (const auto it = names.find(column); it != names.end()) {
      column = it->second;
    } else if (column.starts_with("Image_FileName_") || column.starts_with("Image_PathName_")) {
      column.erase(0, 6);
    }
  }
}

// The number in the first "_s<number>_"; empty where there is none. By hand: std::regex takes a stack frame
// per character, and a long enough name ends the program.
std::string site_in(const std::string& name) {
  for (auto at = name.find("_s"); at != std::string::npos; at = name.find("_s", at + 1)) {
    const auto begin = at + 2, end = name.find_first_not_of("0123456789", begin);
    if (end != std::string::npos && end > begin && name[end] == '_') return name.substr(begin, end - begin);
  }
  return {};
}

TextColumn sites(const Table& table, const std::string& where) {
  return table.rows.column(table.column("FileName_DAPI", where)).changed([&](std::string_view name) {
    auto site = site_in(std::string(name));
    if (site.empty()) throw Error("file name '" + std::string(name) + "' tells no site (_s<number>_)", where);
    return site;
  });
}

std::map<std::string, std::string> read_moa(const fs::path& path) {
  const auto table = read_csv(path);
  const auto where = path.string();
  const auto compound = table.column("compound", where), concentration = table.column("concentration", where),
             moa = table.column("moa", where);
  std::map<std::string, std::string> found;
  for (const auto& row : table.rows)
    found[row[compound] + '\n' + dose_spelling(row[concentration])] = row[moa];
  return found;
}

// The screen marks DMSO only. A treatment that occupies the same well on every plate is a positive control
// (taxol, 0.3 µM, six wells): a join on compound and concentration alone would count its 330 wells as a
// treatment's.
std::vector<std::string> control_types(const Table& table, const std::string& where) {
  const auto plate = table.column("Metadata_Plate", where), well = table.column("Metadata_Well", where),
             compound = table.column("Metadata_Compound", where),
             concentration = table.column("Metadata_Concentration", where);
  const auto& rows = table.rows;
  std::set<std::string> plates;
  std::map<std::string, std::set<std::string>> plates_with;
  const auto key = [&](std::size_t row) {
    return rows.at(row, well) + '\n' + rows.at(row, compound) + '\n' + rows.at(row, concentration);
  };
  for (std::size_t row = 0; row < rows.size(); ++row) {
    plates.insert(rows.at(row, plate));
    plates_with[key(row)].insert(rows.at(row, plate));
  }
  std::vector<std::string> types;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const bool everywhere = plates.size() > 3 && plates_with[key(row)].size() == plates.size();
    types.push_back(rows.at(row, compound) == "DMSO" ? "negcon" : everywhere ? "poscon" : "trt");
  }
  return types;
}

// image.csv says Week1/Week1_22123; the published archives unpack to Week1_22123.
void mend_folders(Table& table, const fs::path& root) {
  std::error_code unknown;  // a name that no file system can hold does not exist either
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (!table.columns[c].starts_with("PathName_")) continue;
    table.rows.set_column(c, table.rows.column(c).changed([&](std::string_view folder) {
      const auto flat = fs::path(folder).filename();
      const bool mend = !fs::exists(root / folder, unknown) && fs::exists(root / flat, unknown);
      return mend ? flat.string() : std::string(folder);
    }));
  }
}

}  // namespace

Table native_from_bbbc021(Table table, const ManifestOptions& options) {
  const auto where = options.manifest.string();
  rename_columns(table);
  table.add_column("Metadata_Site", sites(table, where));
  const auto concentration = table.column("Metadata_Concentration", where);
  table.rows.set_column(concentration, table.rows.column(concentration).changed(dose_spelling));
  table.add_column("Metadata_Control", control_types(table, where));
  table.add_column(
      "Metadata_Batch",
      table.rows.column(table.column("Metadata_Plate", where)).changed([](std::string_view plate) {
        return std::string(plate.substr(0, plate.find('_')));
      }));
  if (!options.moa.empty()) {
    const auto moa = read_moa(options.moa);
    const auto compound = table.column("Metadata_Compound", where);
    TextColumn classes;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      const auto it = moa.find(table.rows.at(row, compound) + '\n' + table.rows.at(row, concentration));
      classes.push_back(it == moa.end() ? "" : it->second);  // the screen has more treatments than known MOAs
    }
    table.add_column("Metadata_MOA", std::move(classes));
  }
  const auto root = options.image_root.empty() ? options.manifest.parent_path() : options.image_root;
  mend_folders(table, root);
  return table;
}

}  // namespace cytoscale::screen
