#include <nlohmann/json.hpp>

#include "localize/field_localizer.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale::localize {
namespace {

double ratio(double part, double of) {
  return of > 0 ? part / of : 0;
}

}  // namespace

nlohmann::json localization_summary(const std::filesystem::path& localizations) {
  const store::EmbeddingReader reader(localizations);
  const auto width = reader.features();
  std::vector<float> row(width);
  std::map<std::string, double> sums;
  std::int64_t fields = 0;
  for (FieldId f; f < reader.fields().rows.size(); ++f) {
    if (reader.field_failed()[f]) continue;
    reader.read_rows(reader.first_row()[f], 1, row);
    for (std::size_t i = 0; i < width; ++i)
      if (reader.feature_layers()[i] == "localization") sums[reader.feature_names()[i]] += double(row[i]);
    ++fields;
  }
  const auto count = static_cast<double>(fields);
  nlohmann::json json = {{"fields", fields},
                         {"regions", static_cast<std::int64_t>(sums["regions"])},
                         {"mean_covered", ratio(sums["covered"], count)}};
  if (sums.contains("iou")) json["mean_iou"] = ratio(sums["iou"], count);
  if (!sums.contains("true_positives")) return json;
  const double true_positives = sums["true_positives"], false_negatives = sums["false_negatives"],
               false_positives = sums["false_positives"], true_negatives = sums["true_negatives"];
  json["boxes"] = {{"true_positives", std::int64_t(true_positives)},
                   {"false_negatives", std::int64_t(false_negatives)},
                   {"false_positives", std::int64_t(false_positives)},
                   {"true_negatives", std::int64_t(true_negatives)},
                   {"precision", ratio(true_positives, true_positives + false_positives)},
                   {"recall", ratio(true_positives, true_positives + false_negatives)},
                   {"accuracy", ratio(true_positives + true_negatives,
                                      true_positives + false_negatives + false_positives + true_negatives)}};
  return json;
}

}  // namespace cytoscale::localize
