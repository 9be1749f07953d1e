#include "screen/manifest.hpp"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "screen/column_roles.hpp"
#include "screen/input/image_paths.hpp"
#include "screen/input/plate_layout.hpp"
#include "screen/input/tidy_metadata.hpp"
#include "screen/manifest_formats.hpp"

namespace cytoscale::screen {
namespace fs = std::filesystem;

void ManifestOptions::validate() const {
  if (manifest.empty())
    throw Error("no manifest is given", "--manifest", "Name the CSV that lists the screen's images");
  if (std::set<std::string>(channels.begin(), channels.end()).size() != channels.size()) {
    throw Error("a channel is named twice", "--channels", "Name each once");
  }
  parse_path_map(path_map);
}

ManifestFormat guess_format(const Table& table) {
  const auto any_begins = [&](const char* prefix) {
    return std::any_of(table.columns.begin(), table.columns.end(),
                       [&](const std::string& column) { return column.starts_with(prefix); });
  };
  if (any_begins("Image_FileName_")) return ManifestFormat::bbbc021;
  if (any_begins("FileName_Orig") || any_begins("URL_")) return ManifestFormat::loaddata;
  if (any_begins("FileName")) return ManifestFormat::native;
  return ManifestFormat::deepprofiler;
}

namespace {

Table converted(Table table, ManifestFormat format, const ManifestOptions& options) {
  if (format == ManifestFormat::bbbc021) return native_from_bbbc021(std::move(table), options);
  if (format == ManifestFormat::loaddata) return native_from_loaddata(std::move(table));
  if (format == ManifestFormat::deepprofiler) return native_from_deepprofiler(std::move(table), options);
  return table;
}

void join_metadata(Table& table, const ManifestOptions& options, std::vector<std::string>& notes) {
  if (!options.platemap.empty()) join_plate_map(table, options, notes);
  std::vector<fs::path> compounds(options.compounds.begin(), options.compounds.end());
  if (compounds.empty() && !options.platemap.empty()) compounds = compound_tables(options.platemap);
  for (const auto& path : compounds) join_compounds(table, path, notes);
  if (!options.platemap.empty()) name_solvent_wells(table, notes);
}

Table native_table(const ManifestOptions& options, std::vector<std::string>& notes) {
  auto table = read_csv(options.manifest);
  const auto format = options.format == ManifestFormat::automatic ? guess_format(table) : options.format;
  if (!options.moa.empty() && format != ManifestFormat::bbbc021) {
    throw Error("a list of mechanisms is joined with BBBC021's image.csv only, which this manifest is not",
                "--moa-file " + options.moa.string(), "Name the classes in the manifest or in a --platemap");
  }
  table = converted(std::move(table), format, options);
  join_metadata(table, options, notes);
  tidy_metadata(table, options.manifest.string(), notes);
  return table;
}

void keep_plates(Table& table, const ManifestOptions& options, const std::string& where) {
  if (options.plates.empty()) return;
  const auto column = table.column("Metadata_Plate", where);
  std::set<std::string> present;
  for (const auto& row : table.rows) present.insert(row[column]);
  for (const auto& plate : options.plates) {
    if (!present.contains(plate)) {
      throw Error("there is no plate '" + plate + "'", where,
                  "--plates takes the values of Metadata_Plate" +
                      (present.empty() ? std::string() : ", e.g. " + *present.begin()));
    }
  }
  std::erase_if(table.rows, [&](const auto& row) {
    return std::find(options.plates.begin(), options.plates.end(), row[column]) == options.plates.end();
  });
}

void keep_rows(Table& table, const std::vector<char>& keep) {
  std::vector<std::vector<std::string>> kept;
  for (std::size_t i = 0; i < keep.size(); ++i)
    if (keep[i]) kept.push_back(std::move(table.rows[i]));
  table.rows = std::move(kept);
}

// Every field that is there more than once is a problem of its own; order_fields would stop at the first.
void drop_duplicates(Screen& screen, std::vector<std::string>& problems) {
  std::unordered_set<std::string> seen;
  seen.reserve(screen.fields.size());
  std::vector<Field> kept;
  kept.reserve(screen.fields.size());
  for (auto& field : screen.fields) {
    if (seen.insert(field.plate + '\n' + field.well + '\n' + field.site).second) {
      kept.push_back(std::move(field));
    } else {
      problems.push_back("the field occurs twice: plate " + field.plate + ", well " + field.well + ", site " +
                         field.site);
    }
  }
  screen.fields = std::move(kept);
}

}  // namespace

ManifestReport inspect_manifest(const ManifestOptions& options) {
  ManifestReport report;
  try {
    options.validate();
    const auto where = options.manifest.string();
    std::vector<std::string> notes;
    auto table = native_table(options, notes);
    keep_plates(table, options, where);
    keep_rows(table, rows_where(table, options.select, "--select"));
    if (table.rows.empty()) throw Error("no field is left", where, "Check the file, --plates and --select");
    localize_paths(table, options.path_map, report.problems);
    auto screen = screen_from_native(std::move(table), options, report.problems);
    screen.notes.insert(screen.notes.begin(), notes.begin(), notes.end());
    report.notes = screen.notes;
    drop_duplicates(screen, report.problems);
    order_fields(screen);
    if (!screen.fields.empty() && !screen.channels.empty()) report.screen = std::move(screen);
  } catch (const Error& error) {
    report.problems.emplace_back(error.what());
  }
  return report;
}

Screen read_manifest(const ManifestOptions& options) {
  auto report = inspect_manifest(options);
  if (report.problems.empty()) {
    for (auto& line : shared_planes(*report.screen)) report.screen->notes.push_back(std::move(line));
    return *std::move(report.screen);
  }
  const auto others = report.problems.size() - 1;
  const auto where = options.manifest.string();
  auto first = report.problems.front();
  if (first.starts_with(where))
    first.erase(0, first.find(": ") == std::string::npos ? 0 : first.find(": ") + 2);
  throw Error(
      first, where,
      others ? "There are " + std::to_string(others) + " more problems: `cytoscale check` lists them" : "");
}

void write_native_manifest(const fs::path& path, const Screen& screen, const fs::path& relative_to) {
  Table table{screen.metadata_columns, {}};
  const bool paged = std::any_of(screen.fields.begin(), screen.fields.end(), [](const Field& field) {
    return std::any_of(field.images.begin(), field.images.end(),
                       [](const ImageFile& i) { return i.page != 0; });
  });
  for (const char* kind : {"FileName_", "PathName_", "Frame_"}) {
    if (kind[1] == 'r' && !paged) continue;
    for (const auto& channel : screen.channels) table.columns.push_back(kind + channel);
  }
  for (const auto& field : screen.fields) {
    auto row = field.metadata;
    for (const auto& image : field.images) row.push_back(image.path.filename().string());
    for (const auto& image : field.images) {
      const auto folder = image.path.parent_path();
      row.push_back(relative_to.empty() ? folder.string() : folder.lexically_proximate(relative_to).string());
    }
    for (const auto& image : field.images) {
      if (paged) row.push_back(std::to_string(image.page));
    }
    table.rows.push_back(std::move(row));
  }
  write_csv(path, table);
}

}  // namespace cytoscale::screen
