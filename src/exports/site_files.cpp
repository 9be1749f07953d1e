#include "exports/site_files.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/system/files.hpp"
#include "core/system/stop_request.hpp"
#include "core/table/csv.hpp"
#include "exports/npz.hpp"

namespace cytoscale::exports {
namespace {

struct Site {
  std::size_t field = 0, cells = 0;
  std::vector<float> features, x, y;
};

Site read_site(const store::EmbeddingReader& reader, std::size_t field) {
  const auto first = reader.first_row()[field], count = reader.first_row()[field + 1] - first;
  Site site{field, static_cast<std::size_t>(count), {}, {}, {}};
  site.features.resize(site.cells * reader.features());
  site.x.resize(site.cells), site.y.resize(site.cells);
  reader.read_rows(first, count, site.features);
  reader.read_column("Nuclei_Location_Center_X", first, count, site.x);
  reader.read_column("Nuclei_Location_Center_Y", first, count, site.y);
  return site;
}

std::string npz_of_site(const Site& site, const Table& fields, const SiteFiles& files) {
  std::map<std::string, std::string> metadata;
  for (std::size_t c = 0; c < fields.columns.size(); ++c)
    metadata[metadata_name(fields.columns[c])] = fields.rows.at(site.field, c);
  metadata["Metadata_Model"] = files.model;
  std::vector<double> places;
  for (std::size_t i = 0; i < site.cells; ++i) places.insert(places.end(), {site.x[i], site.y[i]});
  const std::size_t features = site.features.size() / site.cells;
  return npz_of({{"features", npy_of(std::span<const float>(site.features), {site.cells, features})},
                 {"metadata", npy_of(metadata)},
                 {"locations", npy_of(std::span<const double>(places), {site.cells, 2})}},
                files.compressed);
}

}  // namespace

std::vector<std::size_t> write_site_files(const CellSource& cells, const SiteFiles& files,
                                          WorkerPool& threads) {
  const auto& reader = cells.reader();
  std::vector<std::size_t> fields;
  for (std::size_t f = 0; f < reader.fields().rows.size(); ++f)
    if (!reader.field_failed()[f] && reader.first_row()[f + 1] > reader.first_row()[f]) fields.push_back(f);
  const auto at_once = 4 * static_cast<std::size_t>(threads.size());
  std::vector<Site> sites;
  for (std::size_t next = 0; next < fields.size();) {
    heed_stop_request();
    sites.clear();
    for (; sites.size() < at_once && next < fields.size(); ++next)
      sites.push_back(read_site(reader, fields[next]));
    threads.run(sites.size(), [&](std::size_t i, int) {
      write_file_atomically(files.path_of(sites[i].field), npz_of_site(sites[i], reader.fields(), files));
    });
  }
  return fields;
}

std::string path_part(const std::string& value, const std::string& column) {
  if (value.empty() || value.find('/') != std::string::npos ||
      value.find_first_not_of('.') == std::string::npos)
    throw Error("\"" + value + "\" cannot be the name of a file or folder", column,
                "Rename it in the manifest, or export to another form");
  return value;
}

std::string model_name(const store::EmbeddingReader& reader) {
  std::string name = reader.feature_names().front();
  name.resize(std::min(name.size(), name.rfind('_')));
  const std::string layer = "_" + reader.feature_layers().front();
  if (name.ends_with(layer)) name.resize(name.size() - layer.size());
  const auto& made = reader.provenance();
  std::string weights;
  if (made.is_object() && made.contains("inputs")) weights = made["inputs"].value("model", "");
  if (weights.empty()) weights = Fingerprint().add(made.dump()).text();
  return name + "_" + weights.substr(0, 7);
}

void write_deepprofiler(const std::filesystem::path& folder, const CellSource& cells, SiteFiles files,
                        WorkerPool& threads) {
  const Table& fields = cells.reader().fields();
  const auto plate = fields.column("Metadata_Plate"), well = fields.column("Metadata_Well"),
             site = fields.column("Metadata_Site");
  files.path_of = [&](std::size_t field) {
    const auto& row = fields.rows[field];
    return folder / "features" / path_part(row[plate], "Metadata_Plate") /
           path_part(row[well], "Metadata_Well") / (path_part(row[site], "Metadata_Site") + ".npz");
  };
  const auto written = write_site_files(cells, files, threads);
  Table names{{"feature", "layer"}, {}};
  for (std::size_t i = 0; i < cells.features().size(); ++i)
    names.rows.push_back({cells.reader().feature_names()[i], cells.reader().feature_layers()[i]});
  write_csv(folder / "features.csv", names);
  Table index{fields.columns, {}};
  for (const auto field : written) index.rows.push_back(fields.rows[field]);
  write_csv(folder / "index.csv", index);
}

}  // namespace cytoscale::exports
