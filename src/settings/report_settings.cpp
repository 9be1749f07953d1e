#include "settings/report_settings.hpp"

#include "core/system/files.hpp"
#include "settings/machine_settings.hpp"
#include "settings/screen_settings.hpp"

namespace cytoscale::settings {

void ReportSettings::declare(cli::OptionSet& set) {
  declare_output(set, output);
  set.add("metrics", metrics, "figures of evaluate, with their tables beside them [DIR/metrics.json]")
      .reads([this] { return sources(); });
  set.add("report", page, "page to write, with the maps beside it as .h5ad [DIR/report.html]")
      .value("FILE")
      .writes([this] { return written(); });
  declare_manifest(set, manifest);
  set.group("Report");
  set.add("report-fields", options.fields, "fields to show with outlines of their cells");
  set.add("report-cells", options.cells, "cells, drawn at random, on the map of cells (0: no such map)");
  set.add("perplexity", options.perplexity, "of t-SNE: about how many neighbors of a point count");
  set.add("report-seed", options.seed, "of what is drawn at random");
  set.add("masks", options.masks, "label masks that segment was given, for outlines, named as there")
      .value("PATTERN")
      .resource();
  declare_pixel_size(set, options.pixel_um);
  set.add("report-required", required, "a page that cannot be made is an error; run only says so").resource();
  set.group("Machine");
  declare_threads(set, options.threads);
}

void ReportSettings::resolve() {
  if (metrics.empty()) metrics = output / "metrics.json";
  if (page.empty()) page = output / "report.html";
  options.validate();
}

cli::Paths ReportSettings::sources() const {
  cli::Paths files = {metrics, metrics.parent_path() / "matches.csv"};
  for (const char* name : {"cells.h5", "crops.h5", "model/train_log.csv", "embeddings.h5ad", "profiles.h5ad",
                           "localization.json", "failures.csv", "dropped.csv"})
    files.push_back(output / name);
  std::erase_if(files, [](const auto& file) { return !std::filesystem::exists(file); });
  return files;
}

cli::Paths ReportSettings::written() const {
  cli::Paths files = {page};
  for (const char* name : page::map_files)  // there where what they show is
    if (const auto file = page.parent_path() / name; std::filesystem::exists(file)) files.push_back(file);
  return files;
}

std::vector<std::string> ReportSettings::write(int threads,
                                               const std::map<std::string, nlohmann::json>& defaults,
                                               const nlohmann::json& provenance) const {
  auto how = options;
  how.threads = threads, how.defaults = defaults;
  const auto made = page::make_page(page::read_results(output, metrics, manifest), how);
  page::write_point_maps(made.maps, page.parent_path(), provenance);
  write_file_atomically(page, made.html);
  return made.left_out;
}

}  // namespace cytoscale::settings
