#include <nlohmann/json.hpp>

#include "localize/field_localizer.hpp"
#include "store/embedding_file.hpp"

namespace cytoscale {
namespace {

double ratio(double part, double of) {
  return of > 0 ? part / of : 0;
}

}  // namespace

nlohmann::json localization_summary(const std::filesystem::path& localizations) {
  const EmbeddingReader reader(localizations);
  const auto width = reader.features();
  std::vector<float> row(width);
  std::map<std::string, double> sums;
  std::int64_t fields = 0;
  for (std::size_t f = 0; f < reader.fields().rows.size(); ++f) {
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
  if (!sums.contains("found")) return json;
  const double found = sums["found"], missed = sums["missed"], mistaken = sums["mistaken"],
               spared = sums["spared"];
  json["boxes"] = {{"found", std::int64_t(found)},
                   {"missed", std::int64_t(missed)},
                   {"mistaken", std::int64_t(mistaken)},
                   {"spared", std::int64_t(spared)},
                   {"precision", ratio(found, found + mistaken)},
                   {"recall", ratio(found, found + missed)},
                   {"accuracy", ratio(found + spared, found + missed + mistaken + spared)}};
  return json;
}

}  // namespace cytoscale
