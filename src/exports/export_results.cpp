#include "exports/export_results.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/threads/worker_pool.hpp"
#include "exports/csv_gz.hpp"
#include "exports/gallery.hpp"
#include "exports/parquet.hpp"
#include "exports/reading.hpp"
#include "store/anndata/anndata.hpp"

namespace cytoscale::exports {
namespace {

namespace fs = std::filesystem;

constexpr const char* csv_ending = ".csv.gz";
constexpr const char* parquet_ending = ".parquet";

// Writes all forms of one result after the other.
class Exporter {
 public:
  Exporter(const ExportFiles& files, const ExportOptions& options, int threads, Log& log)
      : files_(files), options_(options), threads_(threads), log_(log) {}

  void cells() {
    const CellSource source(files_.embeddings, options_.feature_prefix);
    provenance_ = source.reader().provenance().dump();
    if (source.left_out() > 0)
      log_.warning(count_text(source.left_out()) + " cells of fields that could not be read are left out");
    tables(Result::cells, source);
    const SiteFiles sites{model_of(source.reader()), options_.compress, {}};
    if (options_.has(Form::deepprofiler)) {
      write_deepprofiler(files_.folder / "deepprofiler", source, sites, threads_);
      log_.info("wrote " + (files_.folder / "deepprofiler").string() +
                ": index.csv, and a .npz for each field");
    }
    if (options_.has(Form::gallery)) gallery(sites.model).write_cells(source, sites, threads_);
  }

  void profiles(Result result) {
    const ProfileSource source(profile::read_profiles(files_.of(result)), options_.feature_prefix);
    provenance_ = provenance_of(files_.of(result));
    tables(result, source);
    if (!options_.has(Form::gallery)) return;
    const Gallery layout = gallery(model_of_embeddings());
    if (result == Result::wells) layout.write_plates(source, "");
    if (result == Result::profiles) layout.write_plates(source, "_normalized");
    if (result == Result::profiles) layout.write_collated(source);
    if (result == Result::treatments) layout.write_consensus(source);
  }

 private:
  void write_table(const fs::path& path, const RowSource& source) {
    if (path.extension() == parquet_ending)
      write_parquet(path, source, provenance_);
    else
      write_csv_gz(path, source, threads_);
  }

  void tables(Result result, const RowSource& source) {
    for (const auto& [form, ending] :
         {std::pair(Form::parquet, parquet_ending), std::pair(Form::csv, csv_ending)}) {
      if (!options_.has(form)) continue;
      const fs::path path = files_.folder / (enum_name(result) + ending);
      write_table(path, source);
      log_.info("wrote " + path.string() + ": " + count_text(source.rows()) + " rows, " +
                count_text(source.columns().size()) + " columns of metadata, " +
                count_text(source.features().size()) + " features");
    }
  }

  std::string model_of(const store::EmbeddingReader& reader) const {
    return options_.model.empty() ? model_name(reader) : options_.model;
  }

  std::string model_of_embeddings() const {
    return options_.model.empty() ? model_name(store::EmbeddingReader(files_.embeddings)) : options_.model;
  }

  Gallery gallery(const std::string& model) {
    return {files_.folder / "gallery", path_part(model, "--model-name"), options_.roles,
            options_.gallery_tables == TableForm::parquet ? parquet_ending : csv_ending,
            [this](const fs::path& path, const RowSource& source) { write_table(path, source); }};
  }

  static std::string provenance_of(const fs::path& profiles) {
    if (profiles.extension() != ".h5ad") return "{}";
    const auto uns = store::read_anndata(profiles).uns;
    return uns.contains("cytoscale") ? uns["cytoscale"].dump() : "{}";
  }

  const ExportFiles& files_;
  const ExportOptions& options_;
  WorkerPool threads_;
  Log& log_;
  std::string provenance_;
};

}  // namespace

const fs::path& ExportFiles::of(Result result) const {
  switch (result) {
    case Result::wells:
      return wells;
    case Result::profiles:
      return profiles;
    case Result::treatments:
      return treatments;
    case Result::cells:
      break;
  }
  return embeddings;
}

bool ExportOptions::has(Form form) const {
  return std::ranges::count(forms, form) > 0;
}
bool ExportOptions::has(Result result) const {
  return std::ranges::count(results, result) > 0;
}
bool ExportOptions::needs_parquet() const {
  return has(Form::parquet) || (has(Form::gallery) && gallery_tables == TableForm::parquet);
}

void ExportOptions::validate() const {
  if (forms.empty()) throw Error("no form is named", "--to", "Use: " + join(enum_words<Form>(), ", "));
  if (results.empty())
    throw Error("there is nothing to export", "--results", "Run embed, and reduce for profiles");
  if (has(Form::deepprofiler) && !has(Result::cells))
    throw Error("the form deepprofiler is of cells, which are not exported", "--to",
                "Name cells in --results, and run embed before");
  roles.validate();
  if (needs_parquet()) arrow_version();
}

std::vector<fs::path> tables_of(const ExportFiles& files, const ExportOptions& options) {
  std::vector<fs::path> paths;
  for (const auto result : options.results) {
    if (options.has(Form::csv)) paths.push_back(files.folder / (enum_name(result) + csv_ending));
    if (options.has(Form::parquet)) paths.push_back(files.folder / (enum_name(result) + parquet_ending));
  }
  return paths;
}

std::string export_results(const ExportFiles& files, const ExportOptions& options, int threads, Log& log) {
  Exporter exporter(files, options, threads, log);
  for (const auto result : options.results)
    result == Result::cells ? exporter.cells() : exporter.profiles(result);
  if (options.has(Form::gallery)) log.info("wrote " + (files.folder / "gallery").string());
  return reading_text(files, options);
}

}  // namespace cytoscale::exports
