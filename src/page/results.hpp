// What there is of a run's results, read for a page. What is absent or cannot be read says why where it is
// asked for. Collective: no.
#pragma once
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/table/csv.hpp"
#include "evaluate/matching/well_labels.hpp"
#include "screen/manifest.hpp"
#include "store/cell_table.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale::page {

template <typename T>
class Part {
 public:
  // Keeps what `read` returns, or the Error that it throws.
  template <typename Read>
  void read(const Read& read) {
    try {
      value_.emplace(read());
    } catch (const Error& error) {
      why_ = error.what();
    }
  }
  explicit operator bool() const { return value_.has_value(); }
  const T& get() const {  // throws Error: why it is not there
    if (!value_) throw Error(why_);
    return *value_;
  }

 private:
  std::optional<T> value_;
  std::string why_ = "it was not looked for";
};

// Profiles of wells and what evaluation makes of them.
struct Wells {
  profile::ProfileTable profiles;
  screen::ColumnRoles roles;  // as in evaluation
  evaluate::WellLabels labels;
  evaluate::TreatmentSet treatments;  // without controls
};

struct Results {
  std::filesystem::path output, metrics_file;
  Part<nlohmann::json> metrics;
  Part<Table> matches, training_log, failures, dropped;
  Part<store::CellTable> cells;
  Part<Table> fields;  // Metadata_* columns, a row per field of `cells`
  Part<store::EmbeddingReader> embeddings;
  Part<Wells> wells;
  Part<screen::Screen> screen;  // that of `cells`
  // By file, in the order in which a run makes them.
  std::vector<std::pair<std::string, nlohmann::json>> provenances;

  // The option of the job that made the file, as it was resolved; `otherwise` where it is not told.
  std::string option(const std::string& job, const std::string& key, const std::string& otherwise) const;
};

// Of the folder, with these metrics and the tables beside them. Throws Error where nothing of a run is there.
Results read_results(const std::filesystem::path& output, const std::filesystem::path& metrics,
                     const screen::ManifestOptions& manifest);

}  // namespace cytoscale::page
