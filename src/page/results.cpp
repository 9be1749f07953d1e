#include "page/results.hpp"

#include "core/system/files.hpp"
#include "core/text/text.hpp"
#include "hdf5/file.hpp"
#include "store/anndata/anndata.hpp"
#include "store/cell_fields.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::page {
namespace {

namespace fs = std::filesystem;

const fs::path& there(const fs::path& path) {
  if (!fs::exists(path)) throw Error("there is no " + path.filename().string());
  return path;
}

nlohmann::json json_of(const std::string& text, const fs::path& where) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) throw Error("this is not a JSON object", where.string(), "Make it anew");
  return json;
}

// Of a result file of any kind.
nlohmann::json provenance_of(const fs::path& path) {
  const auto name = path.filename().string();
  if (name.ends_with(".json")) return json_of(read_file(path), path).value("provenance", nlohmann::json());
  if (name.ends_with(".safetensors")) {
    const auto metadata = store::read_safetensors_metadata(path);
    const auto at = metadata.find("provenance");
    return at == metadata.end() ? nlohmann::json() : json_of(at->second, path);
  }
  const auto file = hdf5::File::open(path, hdf5::File::Access::read);
  const auto& root = file.root();
  if (root.has_attribute("provenance")) return json_of(root.text_attribute("provenance"), path);
  if (root.contains("uns/cytoscale/provenance"))
    return json_of(root.dataset("uns/cytoscale/provenance").read_text(), path);
  const auto uns = store::read_anndata(path).uns;
  return uns.value("cytoscale", uns);
}

// Those of roles that evaluation was given.
screen::ColumnRoles roles_of(const Results& results) {
  screen::ColumnRoles roles;
  const auto take = [&results](const std::string& key, std::string& value) {
    value = results.option("evaluate", key, value);
  };
  const auto treatment = results.option("evaluate", "treatment", "");
  if (!treatment.empty()) roles.treatment = split_list(treatment);
  take("compound", roles.compound);
  take("class", roles.class_column);
  take("plate", roles.plate);
  take("batch", roles.batch);
  take("batch-from-plate", roles.batch_from_plate);
  take("control", roles.control);
  return roles;
}

Wells read_wells(const fs::path& path, const Results& results) {
  Wells wells;
  const auto roles = wells.roles = roles_of(results);
  const auto trim = to_number(results.option("evaluate", "trim", "0.1"));
  const profile::Aggregation how(
      parse_enum<profile::Aggregate>(results.option("evaluate", "aggregate", "mean")), trim.value_or(0.1));
  wells.profiles = profile::read_profiles(there(path));
  std::vector<std::string> notes;
  wells.labels = evaluate::read_well_labels(wells.profiles.metadata, roles, path.string(), notes);
  wells.treatments = evaluate::make_treatments(wells.profiles.values(wells.labels.rows, Eigen::all),
                                               wells.labels, how, roles, path.string());
  return wells;
}

Table fields_of(const Results& results, const fs::path& cells) {
  if (results.screen) return screen::metadata_table(results.screen.get());
  if (results.embeddings && results.embeddings.get().fields().rows.size() == results.cells.get().fields())
    return results.embeddings.get().fields();
  return store::read_cell_fields(there(cells));
}

}  // namespace

std::string Results::option(const std::string& job, const std::string& key,
                            const std::string& otherwise) const {
  for (const auto& [file, provenance] : provenances) {
    if (provenance.value("job", "") != job) continue;
    const auto options = provenance.find("options");
    if (options == provenance.end() || !options->is_object()) continue;
    const auto at = options->find(key);
    if (at != options->end() && at->is_string()) return at->get<std::string>();
  }
  return otherwise;
}

Results read_results(const fs::path& output, const fs::path& metrics,
                     const screen::ManifestOptions& manifest) {
  Results results;
  results.output = output, results.metrics_file = metrics;
  std::vector<fs::path> files = {metrics};
  for (const char* name : {"profiles.h5ad", "embeddings.h5ad", "model/model.safetensors", "crops.h5",
                           "cells.h5", "illumination.h5"})
    files.insert(files.begin(), output / name);
  for (const auto& file : files) {
    if (!fs::exists(file)) continue;
    Part<nlohmann::json> provenance;
    provenance.read([&] { return provenance_of(file); });
    if (provenance && provenance.get().is_object())
      results.provenances.emplace_back(file.filename().string(), provenance.get());
  }
  const auto cells = output / "cells.h5";
  results.metrics.read([&] { return json_of(read_file(there(metrics)), metrics); });
  results.matches.read([&] { return read_csv(there(metrics.parent_path() / "matches.csv")); });
  results.training_log.read([&] { return read_csv(there(output / "model" / "train_log.csv")); });
  results.failures.read([&] { return read_csv(there(output / "failures.csv")); });
  results.dropped.read([&] { return read_csv(there(output / "dropped.csv")); });
  results.cells.read([&] { return store::read_cell_table(there(cells)); });
  results.embeddings.read([&] { return store::EmbeddingReader(there(output / "embeddings.h5ad")); });
  results.wells.read([&] { return read_wells(output / "profiles.h5ad", results); });
  results.screen.read([&] {
    if (manifest.manifest.empty())
      throw Error("the manifest is not given", "--manifest", "Name it, or --config");
    auto screen = screen::read_manifest(manifest);
    store::check_cells_match(results.cells.get(), screen, cells);
    return screen;
  });
  results.fields.read([&] { return fields_of(results, cells); });
  if (!results.metrics && !results.cells && !results.wells && !results.training_log)
    throw Error("there are no results to show", output.string(), "Name the folder of a run's results");
  return results;
}

}  // namespace cytoscale::page
