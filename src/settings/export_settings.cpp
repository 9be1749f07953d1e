#include "settings/export_settings.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "settings/machine_settings.hpp"
#include "settings/screen_settings.hpp"

namespace cytoscale::settings {
namespace {

using exports::Form;
using exports::Result;

template <NamedEnum E>
std::vector<E> parse_all(const std::vector<std::string>& words, const std::string& option) {
  std::vector<E> values;
  for (const auto& word : words) {
    const auto value = parse_enum<E>(word, option);
    if (std::ranges::count(values, value) == 0) values.push_back(value);
  }
  return values;
}

}  // namespace

void ExportSettings::declare_files(cli::OptionSet& set) {
  declare_output(set, output);
  const auto reads = [this](Result result) {
    return [this, result] { return options.has(result) ? cli::Paths{files.of(result)} : cli::Paths{}; };
  };
  set.add("embeddings", files.embeddings, "features of cells [DIR/embeddings.h5ad]")
      .reads(reads(Result::cells));
  set.add("wells", files.wells, "well profiles before normalization [DIR/wells.h5ad]")
      .reads(reads(Result::wells));
  set.add("profiles", files.profiles, "well profiles [DIR/profiles.h5ad]").reads(reads(Result::profiles));
  set.add("treatments", files.treatments, "treatment profiles [DIR/treatments.h5ad]")
      .reads(reads(Result::treatments));
  set.add("export", files.folder, "folder to write into [DIR/export]").writes([this] { return written(); });
}

void ExportSettings::declare(cli::OptionSet& set) {
  declare_files(set);
  set.group("Forms");
  set.add(
         "to", forms_,
         "csv (.csv.gz for pycytominer, copairs, pandas, R), parquet, deepprofiler (.npz for each field) and "
         "gallery (the Cell Painting Gallery's folders)")
      .value("csv,parquet,deepprofiler,gallery");
  set.add("results", results_, "what to export (default: those of the four that are there)")
      .value("cells,wells,profiles,treatments");
  set.add("feature-prefix", options.feature_prefix,
          "what features' names begin with: pycytominer takes Cells_, Nuclei_ and Cytoplasm_ for features");
  set.add("compress", options.compress, "deflate the .npz");
  set.add("model-name", options.model,
          "what deepprofiler and gallery call the network (default: its architecture and 7 digits of its "
          "weights' fingerprint)");
  set.add("gallery-tables", options.gallery_tables, "tables of gallery");
  declare_roles(set, options.roles);
  set.group("Machine");
  declare_threads(set, threads);
}

void ExportSettings::choose_results() {
  options.results = parse_all<Result>(results_, "--results");
  for (const auto result : {Result::cells, Result::wells, Result::profiles, Result::treatments})
    if (results_.empty() && std::filesystem::exists(files.of(result))) options.results.push_back(result);
  for (const auto result : options.results)
    if (!std::filesystem::exists(files.of(result)))
      throw Error("there is no such file", files.of(result).string(),
                  result == Result::cells
                      ? "Run embed, or leave cells out of --results"
                      : "Run reduce, or leave " + enum_name(result) + " out of --results");
}

void ExportSettings::resolve() {
  if (output.empty() && files.folder.empty())
    throw Error("the place of the files is not given", "--output",
                "Give --output DIR, or the files and --export");
  for (const auto& [file, name] :
       {std::pair(&files.embeddings, "embeddings.h5ad"), std::pair(&files.wells, "wells.h5ad"),
        std::pair(&files.profiles, "profiles.h5ad"), std::pair(&files.treatments, "treatments.h5ad"),
        std::pair(&files.folder, "export")})
    if (file->empty() && !output.empty()) *file = output / name;
  options.forms = parse_all<Form>(forms_, "--to");
  choose_results();
  options.validate();
}

cli::Paths ExportSettings::written() const {
  auto paths = exports::tables_of(files, options);
  if (options.has(Form::deepprofiler)) paths.push_back(files.folder / "deepprofiler" / "index.csv");
  if (options.has(Form::gallery)) paths.push_back(files.folder / "gallery");
  return paths;
}

}  // namespace cytoscale::settings
