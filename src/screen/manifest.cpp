#include "screen/manifest.hpp"

#include <algorithm>
#include <set>

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

void join_metadata(Table& table, const ManifestOptions& options, Reading& reading) {
  if (!options.platemap.empty()) join_plate_map(table, options, reading);
  std::vector<fs::path> compounds(options.compounds.begin(), options.compounds.end());
  if (compounds.empty() && !options.platemap.empty()) compounds = compound_tables(options.platemap, reading);
  for (const auto& path : compounds) join_compounds(table, path, reading);
  if (!options.platemap.empty()) name_solvent_wells(table, reading.notes);
}

Table native_table(const ManifestOptions& options, Reading& reading) {
  reading.sources.push_back(options.manifest);
  auto table = read_csv(options.manifest);
  const auto format = options.format == ManifestFormat::automatic ? guess_format(table) : options.format;
  if (!options.moa.empty() && format != ManifestFormat::bbbc021) {
    throw Error("a list of mechanisms is joined with BBBC021's image.csv only, which this manifest is not",
                "--moa-file " + options.moa.string(), "Name the classes in the manifest or in a --platemap");
  }
  table = converted(std::move(table), format, options);
  if (format == ManifestFormat::bbbc021) {  // which folders there are decides on paths
    const auto root = options.image_root.empty() ? options.manifest.parent_path() : options.image_root;
    reading.sources.push_back(root.empty() ? fs::path(".") : root);
    if (!options.moa.empty()) reading.sources.push_back(options.moa);
  }
  join_metadata(table, options, reading);
  tidy_metadata(table, options.manifest.string(), reading.notes);
  return table;
}

void keep_plates(Table& table, const ManifestOptions& options, const std::string& where) {
  if (options.plates.empty()) return;
  const auto column = table.column("Metadata_Plate", where);
  const auto& plates = table.rows.column(column);
  for (const auto& plate : options.plates) {
    if (plates.contains(plate)) continue;
    const auto present = plates.codes().texts;
    throw Error("there is no plate '" + plate + "'", where,
                "--plates takes the values of Metadata_Plate" +
                    (present.empty() ? std::string() : ", e.g. " + *std::ranges::min_element(present)));
  }
  table.rows.keep(plates.where([&](std::string_view plate) {
    return std::find(options.plates.begin(), options.plates.end(), plate) != options.plates.end();
  }));
}

}  // namespace

ManifestReport inspect_manifest(const ManifestOptions& options) {
  ManifestReport report;
  try {
    options.validate();
    const auto where = options.manifest.string();
    Reading reading;
    auto table = native_table(options, reading);
    keep_plates(table, options, where);
    if (!options.select.empty()) table.rows.keep(rows_where(table, options.select, "--select"));
    if (table.rows.empty()) throw Error("no field is left", where, "Check the file, --plates and --select");
    localize_paths(table, options.path_map, report.problems);
    auto screen = screen_from_native(std::move(table), options, report.problems);
    screen.notes.insert(screen.notes.begin(), reading.notes.begin(), reading.notes.end());
    screen.sources = std::move(reading.sources);
    report.notes = screen.notes;
    for (const auto& name : order_fields(screen))
      report.problems.push_back("the field occurs twice: " + name);
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
  auto table = metadata_table(screen);
  const auto& images = screen.fields.images();
  const auto add = [&](const std::string& kind, const auto& column_of) {
    for (std::size_t c = 0; c < images.size(); ++c)
      table.add_column(kind + screen.channels[c], column_of(images[c]));
  };
  add("FileName_", [](const ImageColumn& column) { return column.name; });
  add("PathName_", [&](const ImageColumn& column) {
    return column.folder.changed([&](std::string_view text) {
      const auto folder = fs::path(text).parent_path();
      return relative_to.empty() ? folder.string() : folder.lexically_proximate(relative_to).string();
    });
  });
  const bool paged = std::any_of(images.begin(), images.end(), [](const ImageColumn& column) {
    return std::any_of(column.planes.begin(), column.planes.end(), [](const auto& p) { return p.page != 0; });
  });
  if (paged)
    add("Frame_", [](const ImageColumn& column) {
      TextColumn pages;
      for (std::size_t f = 0; f < column.size(); ++f)
        pages.push_back(std::to_string(column.plane_of(f).page));
      return pages;
    });
  write_csv(path, table);
}

}  // namespace cytoscale::screen
