#include "preflight/quality_plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/statistics.hpp"
#include "core/text/text.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::preflight {
namespace {

ChannelQuality channel_quality(const screen::Screen& screen, const store::CellTable& cells, std::size_t c) {
  const auto channels = screen.channels.size();
  ChannelQuality quality{.channel = screen.channels[c],
                         .blurred = std::vector<std::size_t>(std::size(blurred_thresholds)),
                         .saturated = std::vector<std::size_t>(std::size(saturated_thresholds))};
  std::vector<double> focus, saturated;
  const auto scores = cells.focus_score.all(), fractions = cells.saturated_fraction.all();
  for (const auto& plate : screen::plates_of(screen)) {
    std::vector<double> of_plate;
    for (FieldId f(plate.first_field); f < plate.first_field + plate.field_count; ++f) {
      if (cells.failed[f]) continue;
      saturated.push_back(fractions[f * channels + c]);
      if (cells.cells_of(f) > 0) of_plate.push_back(scores[f * channels + c]);
    }
    const double median = median_of(of_plate);
    if (!(median > 0)) continue;
    for (const double score : of_plate) focus.push_back(score / median);
  }
  for (std::size_t t = 0; t < quality.blurred.size(); ++t)
    quality.blurred[t] = std::size_t(std::count_if(
        focus.begin(), focus.end(), [&](double share) { return share < blurred_thresholds[t]; }));
  for (std::size_t t = 0; t < quality.saturated.size(); ++t)
    quality.saturated[t] = std::size_t(std::count_if(
        saturated.begin(), saturated.end(), [&](double share) { return share > saturated_thresholds[t]; }));
  if (!focus.empty())
    quality.focus_low = percentile(focus, 0.05), quality.focus_high = percentile(focus, 0.95);
  if (!saturated.empty()) {
    quality.saturated_median = median_of(saturated);
    quality.saturated_most = *std::max_element(saturated.begin(), saturated.end());
  }
  return quality;
}

std::string percent(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g %%", 100 * share);
  return text.data();
}

std::string rounded(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

template <typename Thresholds, typename Text>
std::string counts_text(const Thresholds& thresholds, const std::vector<std::size_t>& counts, Text text) {
  std::vector<std::string> parts;
  for (std::size_t t = 0; t < counts.size(); ++t)
    parts.push_back(count_text(counts[t]) + " (" + text(thresholds[t]) + ")");
  return join(parts, ", ");
}

}  // namespace

std::optional<ScreenQuality> quality_of(const screen::Screen& screen, const std::filesystem::path& output) {
  const auto path = output / "cells.h5";
  if (!std::filesystem::exists(path)) return std::nullopt;
  const auto cells = store::read_cell_table(path);
  if (cells.fields() != screen.fields.size() || cells.screen_fingerprint != screen.fingerprint())
    return std::nullopt;
  ScreenQuality quality;
  quality.fields = std::size_t(std::count(cells.failed.begin(), cells.failed.end(), 0));
  for (std::size_t c = 0; c < screen.channels.size(); ++c)
    quality.channels.push_back(channel_quality(screen, cells, c));
  return quality;
}

std::string text_of(const ScreenQuality& quality) {
  std::string text = "quality of " + count_text(quality.fields) +
                     " fields (cells.h5): fields that a threshold of segment would drop\n";
  for (const auto& c : quality.channels) {
    text += "  " + c.channel + ": focus " + rounded(c.focus_low) + " to " + rounded(c.focus_high) +
            " of the plate's median; --drop-blurred " +
            counts_text(blurred_thresholds, c.blurred, [](double x) { return number_text(x); }) + "\n";
    text += "  " + std::string(c.channel.size(), ' ') + "  saturated " + percent(c.saturated_median) +
            ", at most " + percent(c.saturated_most) + "; --drop-saturated " +
            counts_text(saturated_thresholds, c.saturated, [](double x) { return number_text(x); }) + "\n";
  }
  return text;
}

nlohmann::ordered_json json_of(const ScreenQuality& quality) {
  nlohmann::ordered_json json = {{"fields", quality.fields},
                                 {"drop_blurred", blurred_thresholds},
                                 {"drop_saturated", saturated_thresholds}};
  for (const auto& c : quality.channels)
    json["channels"].push_back({{"channel", c.channel},
                                {"focus_5_percent", c.focus_low},
                                {"focus_95_percent", c.focus_high},
                                {"saturated_median", c.saturated_median},
                                {"saturated_most", c.saturated_most},
                                {"fields_blurred", c.blurred},
                                {"fields_saturated", c.saturated}});
  return json;
}

}  // namespace cytoscale::preflight
