#include "evaluate/classification/predictions_file.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale::evaluate {
namespace {

// Of a file that may hold maps beside them.
std::size_t count_classes(const store::EmbeddingReader& reader, const std::string& where) {
  const auto& layers = reader.feature_layers();
  const auto end = std::find_if(layers.begin(), layers.end(), [](const auto& l) { return l != "class"; });
  if (end == layers.begin())
    throw Error("these are no predictions", where, "Give the predictions.h5ad that predict made");
  return static_cast<std::size_t>(end - layers.begin());
}

TextColumn labels_of_columns(const Table& fields, std::vector<std::string> columns,
                             const screen::ColumnRoles& roles, const std::string& where) {
  if (columns.empty()) columns = roles.treatment;
  screen::ColumnRoles named = roles;
  named.treatment = std::move(columns);
  return screen::treatment_labels(fields, named, where);
}

// Finds each field's truth among the labels.
class Truth {
 public:
  Truth(const std::vector<std::string>& labels, bool several) : several_(several) {
    for (std::size_t k = 0; k < labels.size(); ++k) index_[labels[k]] = k;
  }
  // False: some label is not known.
  bool find(const std::string& treatment, std::vector<std::size_t>& truth) {
    truth.clear();
    const auto names = screen::labels_in(treatment, several_);
    for (const auto& name : names) {
      const auto at = index_.find(name);
      if (at == index_.end()) {
        unknown_.push_back(name);
        return false;
      }
      truth.push_back(at->second);
    }
    std::sort(truth.begin(), truth.end());
    return several_ || !names.empty();
  }
  std::vector<std::string> unknown() const {
    auto names = unknown_;
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }

 private:
  bool several_;
  std::map<std::string, std::size_t> index_;
  std::vector<std::string> unknown_;
};

std::string level_of(const nlohmann::json& provenance) {
  const auto options = provenance.value("options", nlohmann::json::object());
  return options.value("of", std::string("fields")) == "cells" ? "cell" : "field";
}

// Gathers the rows of fields.
class Collector {
 public:
  Collector(const store::EmbeddingReader& reader, const std::string& where, bool several)
      : reader_(reader),
        classes_(count_classes(reader, where)),
        plate_(reader.fields().column("Metadata_Plate", where)),
        well_(reader.fields().column("Metadata_Well", where)),
        site_(reader.fields().column("Metadata_Site", where)) {
    const auto first = reader.feature_names().begin();
    rows_.predictions.labels.assign(first, first + static_cast<std::ptrdiff_t>(classes_));
    rows_.predictions.several = several;
    rows_.level = level_of(reader.provenance());
  }
  const std::vector<std::string>& labels() const { return rows_.predictions.labels; }

  void add(std::size_t field, const std::vector<std::size_t>& truth, const std::string& unit) {
    const auto first = reader_.first_row()[field], count = reader_.first_row()[field + 1] - first;
    if (count == 0) return;
    values_.resize(static_cast<std::size_t>(count) * reader_.features());
    reader_.read_rows(first, count, values_);
    const auto metadata = reader_.fields().rows[field];
    const auto well = metadata[plate_] + " " + metadata[well_], name = well + " " + metadata[site_];
    for (std::int64_t i = 0; i < count; ++i) {
      const auto* start = values_.data() + static_cast<std::size_t>(i) * reader_.features();
      kept_.insert(kept_.end(), start, start + classes_);
      rows_.predictions.truth.push_back(truth);
      rows_.predictions.unit.push_back(unit);
      rows_.predictions.name.push_back(rows_.level == "cell" ? name + " " + std::to_string(first + i) : name);
      rows_.wells.push_back(well);
    }
  }

  PredictionRows result() const {
    auto all = rows_;
    all.predictions.probabilities = Eigen::Map<const profile::Matrix>(
        kept_.data(), static_cast<Eigen::Index>(all.predictions.size()), static_cast<Eigen::Index>(classes_));
    return all;
  }

 private:
  const store::EmbeddingReader& reader_;
  std::size_t classes_, plate_, well_, site_;
  PredictionRows rows_;
  std::vector<float> values_;
  std::vector<double> kept_;
};

}  // namespace

PredictionRows read_predictions(const std::filesystem::path& path, const screen::ColumnRoles& roles,
                                const PredictionOptions& options) {
  const auto where = path.string();
  const store::EmbeddingReader reader(path);
  const auto& fields = reader.fields();
  const auto truths = screen::treatment_labels(fields, roles, where);
  const auto units = labels_of_columns(fields, options.replicates_of, roles, where);
  const auto use = screen::rows_where(fields, options.select, "option --test-select");
  Collector collector(reader, where, options.several_labels);
  Truth truth(collector.labels(), options.several_labels);
  std::vector<std::size_t> labels;
  std::size_t failed = 0, unlabeled = 0;
  for (std::size_t f = 0; f < fields.rows.size(); ++f) {
    if (!use[f]) continue;
    if (reader.field_failed()[f])
      ++failed;
    else if (!truth.find(truths[f], labels))
      ++unlabeled;
    else
      collector.add(f, labels, units[f]);
  }
  auto result = collector.result();
  if (failed > 0) result.notes.push_back(count_text(failed) + " fields could not be read: left out");
  if (unlabeled > 0)
    result.notes.push_back(count_text(unlabeled) + " fields are of no label that the network knows (" +
                           join_some(truth.unknown(), 5) + "): left out");
  if (result.predictions.truth.empty())
    throw Error(
        "no field has a label that the network knows; it knows " + join_some(result.predictions.labels, 8),
        where, "Name the columns that it was trained on with --treatment, and check --test-select");
  return result;
}

}  // namespace cytoscale::evaluate
