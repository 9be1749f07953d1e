#include "evaluate/predictions_file.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/text.hpp"
#include "store/embedding_file.hpp"

namespace cytoscale {
namespace {

// Of a file that may hold maps beside them.
std::size_t count_classes(const EmbeddingReader& reader, const std::string& where) {
  const auto& layers = reader.feature_layers();
  const auto end = std::find_if(layers.begin(), layers.end(), [](const auto& l) { return l != "class"; });
  if (end == layers.begin())
    throw Error("these are no predictions", where, "Give the predictions.h5ad that predict made");
  return static_cast<std::size_t>(end - layers.begin());
}

std::vector<std::string> labels_of_columns(const Table& fields, std::vector<std::string> columns,
                                           const ColumnRoles& roles, const std::string& where) {
  if (columns.empty()) columns = roles.treatment;
  ColumnRoles named = roles;
  named.treatment = std::move(columns);
  return treatment_labels(fields, named, where);
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
    const auto names = labels_in(treatment, several_);
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

}  // namespace

PredictionRows read_predictions(const std::filesystem::path& path, const ColumnRoles& roles,
                                const PredictionOptions& options) {
  const auto where = path.string();
  const EmbeddingReader reader(path);
  const auto classes = count_classes(reader, where);
  const auto& fields = reader.fields();
  PredictionRows result;
  auto& rows = result.predictions;
  result.level = level_of(reader.provenance());
  rows.labels.assign(reader.feature_names().begin(),
                     reader.feature_names().begin() + static_cast<std::ptrdiff_t>(classes));
  rows.several = options.several_labels;
  const auto truths = treatment_labels(fields, roles, where);
  const auto units = labels_of_columns(fields, options.replicates_of, roles, where);
  const auto use = rows_where(fields, options.select, "option --test-select");
  const auto plate = fields.column("Metadata_Plate", where), well = fields.column("Metadata_Well", where),
             site = fields.column("Metadata_Site", where);
  Truth truth(rows.labels, options.several_labels);
  std::vector<std::size_t> labels;
  std::vector<float> values;
  std::vector<double> kept;
  std::size_t failed = 0, unlabelled = 0;
  for (std::size_t f = 0; f < fields.rows.size(); ++f) {
    if (!use[f]) continue;
    if (reader.field_failed()[f]) {
      ++failed;
      continue;
    }
    if (!truth.find(truths[f], labels)) {
      ++unlabelled;
      continue;
    }
    const auto& row = fields.rows[f];
    const auto first = reader.first_row()[f], count = reader.first_row()[f + 1] - first;
    values.resize(static_cast<std::size_t>(count) * reader.features());
    if (count > 0) reader.read_rows(first, count, values);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const auto* start = values.data() + i * reader.features();
      kept.insert(kept.end(), start, start + classes);
      rows.truth.push_back(labels);
      rows.unit.push_back(units[f]);
      result.wells.push_back(row[plate] + " " + row[well]);
      rows.name.push_back(result.wells.back() + " " + row[site] +
                          (result.level == "cell" ? " " + std::to_string(first + std::int64_t(i)) : ""));
    }
  }
  if (failed > 0) result.notes.push_back(count_text(failed) + " fields could not be read: left out");
  if (unlabelled > 0)
    result.notes.push_back(count_text(unlabelled) + " fields are of no label that the network knows (" +
                           join_some(truth.unknown(), 5) + "): left out");
  if (rows.truth.empty())
    throw Error("no field has a label that the network knows; it knows " + join_some(rows.labels, 8), where,
                "Name the columns that it was trained on with --treatment, and check --test-select");
  rows.probabilities = Eigen::Map<const Matrix>(kept.data(), static_cast<Eigen::Index>(rows.size()),
                                                static_cast<Eigen::Index>(classes));
  return result;
}

}  // namespace cytoscale
