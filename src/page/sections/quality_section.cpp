// Quality of fields and cells: how it spreads, where the thresholds of segment lie, what was left out and
// why.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "chart/histogram.hpp"
#include "core/statistics.hpp"
#include "core/text/text.hpp"
#include "page/dropped.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"
#include "prepare/segment_screen.hpp"

namespace cytoscale::page {
namespace {

using prepare::Dropped;
using prepare::DropReason;

constexpr std::size_t most_rows = 50;

// An option of segment as a number; `otherwise` where it is not told.
double option_of(const Results& results, const char* key, double otherwise) {
  return to_number(results.option("segment", key, "")).value_or(otherwise);
}

std::string threshold_text(const char* option, double value) {
  return std::string("--") + option + " " + number_text(value);
}

const char* option_for(DropReason reason) {
  switch (reason) {
    case DropReason::blurred:
      return "drop-blurred";
    case DropReason::saturated:
      return "drop-saturated";
    case DropReason::area:
      return "min-nucleus-area, max-nucleus-area";
    case DropReason::border:
      return "drop-border";
    default:
      return "drop-outliers";
  }
}

std::vector<std::string> plates_of(const Table& fields) {
  return fields.rows.column(fields.column("Metadata_Plate", "the fields of cells.h5")).texts();
}

// By plate, of the values that are there.
std::map<std::string, double> medians_by(const std::vector<std::string>& plates,
                                         const std::vector<double>& values) {
  std::map<std::string, std::vector<double>> of_plate;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i])) of_plate[plates[i]].push_back(values[i]);
  std::map<std::string, double> medians;
  for (auto& [plate, all] : of_plate) medians[plate] = median_of(std::move(all));
  return medians;
}

std::vector<double> finite(const std::vector<double>& values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
               [](double v) { return std::isfinite(v); });
  return kept;
}

std::string figure_or_nothing(const chart::Histogram& chart) {
  const auto svg = chart::histogram(chart);
  return svg.empty() ? "" : "<figure>" + svg + "</figure>";
}

// As segment judges it: of the fields that had cells, in the channel of the nuclei, over their plate's
// median.
std::string focus_of(const Results& results, const std::vector<LeftOut>& gone) {
  const auto& cells = results.cells.get();
  screen::Screen named;
  named.channels = cells.channels;
  const auto dna = prepare::dna_channel(named, results.option("segment", "dna-channel", ""));
  const auto plates = plates_of(results.fields.get());
  std::vector<double> scores(cells.fields(), std::numeric_limits<double>::quiet_NaN());
  const auto focus = cells.focus_score.all();
  for (std::size_t f = 0; f < cells.fields(); ++f)
    if (!cells.failed[f] && cells.cells_of(FieldId(f)) + gone[f].cells > 0)
      scores[f] = static_cast<double>(focus[f * cells.channels.size() + dna]);
  const auto medians = medians_by(plates, scores);
  for (std::size_t f = 0; f < scores.size(); ++f) {
    const auto median = medians.find(plates[f]);
    if (median == medians.end() || !(median->second > 0)) continue;
    scores[f] /= median->second;
  }
  chart::Histogram chart{"focus of the fields",
                         "focus of " + cells.channels[dna] + ", of the plate's median",
                         "fields",
                         finite(scores),
                         {}};
  if (const double share = option_of(results, "drop-blurred", 0); share > 0)
    chart.thresholds.push_back({share, threshold_text("drop-blurred", share)});
  return figure_or_nothing(chart);
}

std::string saturation_of(const Results& results) {
  const auto& cells = results.cells.get();
  const auto channels = cells.channels.size();
  std::vector<double> shares;
  const auto saturated = cells.saturated_fraction.all();
  for (std::size_t f = 0; f < cells.fields(); ++f) {
    if (cells.failed[f]) continue;
    double most = 0;
    for (std::size_t c = 0; c < channels; ++c)
      most = std::fmax(most, 100.0 * static_cast<double>(saturated[f * channels + c]));
    shares.push_back(most);
  }
  if (std::all_of(shares.begin(), shares.end(), [](double share) { return share == 0; })) return {};
  chart::Histogram chart{
      "saturation of the fields", "saturated, of the worst channel, % of pixels", "fields", shares, {}};
  if (const double share = option_of(results, "drop-saturated", 1); share < 1)
    chart.thresholds.push_back({100 * share, threshold_text("drop-saturated", share)});
  return figure_or_nothing(chart);
}

std::string areas_of(const Results& results) {
  const auto& cells = results.cells.get();
  const auto measured = cells.area_px.all();
  const std::vector<double> areas(measured.begin(), measured.end());
  if (std::all_of(areas.begin(), areas.end(), [](double area) { return area == 0; })) return {};  // imported
  chart::Histogram chart{"area of the cells", "area of a nucleus, px", "cells", finite(areas), {}};
  for (const char* option : {"min-nucleus-area", "max-nucleus-area"})
    if (const double area = option_of(results, option, 0); area > 0)
      chart.thresholds.push_back({area, threshold_text(option, area)});
  return figure_or_nothing(chart);
}

// How far from the median of its plate each cell lies, in robust standard deviations.
std::string outliers_of(const Results& results, const store::StoredColumn<float>& column,
                        const std::string& what) {
  const double most = option_of(results, "drop-outliers", 0);
  if (!(most > 0)) return {};
  const auto& cells = results.cells.get();
  const auto of_field = plates_of(results.fields.get());
  std::vector<std::string> plates;
  for (std::size_t f = 0; f < cells.fields(); ++f)
    plates.insert(plates.end(), static_cast<std::size_t>(cells.cells_of(FieldId(f))), of_field[f]);
  const auto measured = column.all();
  std::vector<double> values(measured.begin(), measured.end());
  const auto middle = medians_by(plates, values);
  auto distances = values;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i])) values[i] -= middle.at(plates[i]), distances[i] = std::abs(values[i]);
  const auto spread = medians_by(plates, distances);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto of_plate = spread.find(plates[i]);
    const bool spreads = of_plate != spread.end() && of_plate->second > 0;
    values[i] = spreads ? values[i] / (1.4826 * of_plate->second) : std::numeric_limits<double>::quiet_NaN();
  }
  chart::Histogram chart{
      what + " beside the plate's median", what + ", robust SD from the median", "cells", finite(values), {}};
  for (const double side : {-most, most})
    chart.thresholds.push_back({side, side < 0 ? "" : threshold_text("drop-outliers", most)});
  return figure_or_nothing(chart);
}

std::string number_of(double value) {
  return fmt::format("{:.4g}", value);
}

std::string by_reason(const std::vector<Dropped>& rows, const Results& results) {
  std::vector<std::vector<std::string>> table_rows;
  for (const auto& [reason, name] : EnumNames<DropReason>::all) {
    std::set<std::int64_t> fields;
    std::int64_t count = 0;
    std::map<std::int64_t, std::int64_t> of_field_once;
    for (const auto& row : rows) {
      if (row.reason != reason) continue;
      fields.insert(row.field);
      if (of_field(reason)) {
        of_field_once[row.field] = row.cells;
      } else {
        count += row.cells;
      }
    }
    for (const auto& [field, cells] : of_field_once) count += cells;
    if (fields.empty()) continue;
    std::string thresholds;
    for (const auto& option : split_list(option_for(reason)))
      if (const auto value = results.option("segment", option, ""); !value.empty())
        thresholds +=
            (thresholds.empty() ? "" : ", ") + ("--" + option + (value == "true" ? "" : " " + value));
    table_rows.push_back({escaped(name), escaped(thresholds),
                          of_field(reason) ? count_text(fields.size()) + " whole fields"
                                           : "in " + count_text(fields.size()) + " fields",
                          count_text(static_cast<std::uint64_t>(count))});
  }
  return table({"reason", "threshold", "fields", "cells"}, table_rows);
}

std::string each_row(const std::vector<Dropped>& rows, const Results& results) {
  const auto& channels = results.cells.get().channels;
  const auto& fields = results.fields.get();
  std::vector<std::vector<std::string>> lines;
  for (std::size_t i = 0; i < std::min(rows.size(), most_rows); ++i) {
    const auto& row = rows[i];
    const auto& field = fields.rows[static_cast<std::size_t>(row.field)];
    std::vector<std::string> line;
    for (const char* column : {"Metadata_Plate", "Metadata_Well", "Metadata_Site"})
      line.push_back(escaped(field[fields.column(column)]));
    line.push_back(escaped(enum_name(row.reason)));
    line.push_back(row.channel < 0 ? "" : escaped(channels[static_cast<std::size_t>(row.channel)]));
    for (const auto& text :
         {count_text(static_cast<std::uint64_t>(row.cells)), number_of(row.value), number_of(row.threshold)})
      line.push_back(text);
    lines.push_back(std::move(line));
  }
  return folded(
      "What was left out, field by field",
      table({"plate", "well", "site", "reason", "channel", "cells", "value", "threshold"}, lines) +
          (rows.size() > lines.size() ? note(fmt::format("The first {} of {} rows; dropped.csv has all.",
                                                         lines.size(), count_text(rows.size())))
                                      : std::string()));
}

}  // namespace

std::string quality_section(const Results& results, const PageOptions&) {
  const auto& cells = results.cells.get();
  std::string html;
  std::vector<Dropped> rows;
  try {
    rows = dropped_of(results);
    if (rows.empty()) html = paragraph("Nothing was left out.");
  } catch (const Error& error) {
    html = note(std::string("What was left out is not known: ") + error.what());
  }
  const auto gone = left_out_by_field(rows, cells.fields());
  if (!rows.empty()) {
    std::int64_t count = 0;
    for (const auto& field : gone) count += field.cells;
    const auto all = static_cast<double>(count + cells.cells());
    html = paragraph(fmt::format("{} of {} cells were left out ({:.1f} %).",
                                 count_text(static_cast<std::uint64_t>(count)),
                                 count_text(static_cast<std::uint64_t>(count + cells.cells())),
                                 all > 0 ? 100 * static_cast<double>(count) / all : 0)) +
           by_reason(rows, results);
  }
  const auto saturation = saturation_of(results);
  if (saturation.empty()) html += paragraph("No field has saturated pixels.");
  html +=
      "<div class=\"row\">" + focus_of(results, gone) + saturation + areas_of(results) +
      outliers_of(results, cells.area_px, "area") + outliers_of(results, cells.mean_intensity, "intensity") +
      "</div>\n" +
      note(
          "Dashed: thresholds of segment that were set. Fields are shown whether left out or not, cells as "
          "they are left; cytoscale check counts what other thresholds would leave out.");
  return rows.empty() ? html : html + each_row(rows, results);
}

}  // namespace cytoscale::page
