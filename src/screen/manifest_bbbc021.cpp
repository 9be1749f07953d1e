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

std::vector<std::string> sites(const Table& table, const std::string& where) {
  const auto file = table.column("FileName_DAPI", where);
  std::vector<std::string> found;
  for (const auto& row : table.rows) {
    found.push_back(site_in(row[file]));
    if (found.back().empty()) {
      throw Error("file name '" + row[file] + "' tells no site (_s<number>_)", where);
    }
  }
  return found;
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
  std::set<std::string> plates;
  std::map<std::string, std::set<std::string>> plates_with;
  const auto key = [&](const auto& row) {
    return row[well] + '\n' + row[compound] + '\n' + row[concentration];
  };
  for (const auto& row : table.rows) {
    plates.insert(row[plate]);
    plates_with[key(row)].insert(row[plate]);
  }
  std::vector<std::string> types;
  for (const auto& row : table.rows) {
    const bool everywhere = plates.size() > 3 && plates_with[key(row)].size() == plates.size();
    types.push_back(row[compound] == "DMSO" ? "negcon" : everywhere ? "poscon" : "trt");
  }
  return types;
}

// image.csv says Week1/Week1_22123; the published archives unpack to Week1_22123.
void mend_folders(Table& table, const fs::path& root) {
  std::map<std::string, std::string> known;
  std::error_code unknown;  // a name that no file system can hold does not exist either
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (!table.columns[c].starts_with("PathName_")) continue;
    for (auto& row : table.rows) {
      auto [it, fresh] = known.try_emplace(row[c], row[c]);
      const auto flat = fs::path(row[c]).filename();
      if (fresh && !fs::exists(root / row[c], unknown) && fs::exists(root / flat, unknown))
        it->second = flat.string();
      row[c] = it->second;
    }
  }
}

}  // namespace

Table native_from_bbbc021(Table table, const ManifestOptions& options) {
  const auto where = options.manifest.string();
  rename_columns(table);
  table.add_column("Metadata_Site", sites(table, where));
  const auto concentration = table.column("Metadata_Concentration", where);
  for (auto& row : table.rows) row[concentration] = dose_spelling(row[concentration]);
  table.add_column("Metadata_Control", control_types(table, where));
  const auto plate = table.column("Metadata_Plate", where);
  std::vector<std::string> batches;
  for (const auto& row : table.rows) batches.push_back(row[plate].substr(0, row[plate].find('_')));
  table.add_column("Metadata_Batch", std::move(batches));
  if (!options.moa.empty()) {
    const auto moa = read_moa(options.moa);
    const auto compound = table.column("Metadata_Compound", where);
    std::vector<std::string> classes;
    for (const auto& row : table.rows) {
      const auto it = moa.find(row[compound] + '\n' + row[concentration]);
      classes.push_back(it == moa.end() ? "" : it->second);  // the screen has more treatments than known MOAs
    }
    table.add_column("Metadata_MOA", std::move(classes));
  }
  const auto root = options.image_root.empty() ? options.manifest.parent_path() : options.image_root;
  mend_folders(table, root);
  return table;
}

}  // namespace cytoscale::screen
