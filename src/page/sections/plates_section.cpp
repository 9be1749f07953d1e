// Heat maps of the plates: cells, focus, saturation, distance from the controls; how edge wells differ.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "chart/heat_map.hpp"
#include "core/statistics.hpp"
#include "core/text/text.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"
#include "page/well_grid.hpp"

namespace cytoscale::page {
namespace {

using PlateWell = std::pair<std::string, std::string>;

constexpr std::size_t most_marks = 9000;  // wells drawn on the page, of all measures
constexpr std::size_t most_plates = 16;   // of one measure

struct Measure {
  std::string title, explained, unit;
  std::map<PlateWell, double> values;
};

PlateWell place(const Table& table, std::size_t row) {
  return {table.rows.at(row, table.column("Metadata_Plate")),
          table.rows.at(row, table.column("Metadata_Well"))};
}

// Means over the fields of each well.
std::map<PlateWell, double> over_wells(const std::vector<std::pair<PlateWell, double>>& fields) {
  std::map<PlateWell, std::pair<double, double>> sums;
  for (const auto& [well, value] : fields)
    if (std::isfinite(value)) sums[well].first += value, sums[well].second += 1;
  std::map<PlateWell, double> means;
  for (const auto& [well, sum] : sums) means[well] = sum.first / sum.second;
  return means;
}

// Of each field, over the median of its plate and channel; the least of the channels.
std::vector<double> relative_focus(const store::CellTable& cells, const Table& fields) {
  const auto channels = cells.channels.size();
  std::map<std::pair<std::string, std::size_t>, std::vector<double>> of_plate;
  const auto scores_of_fields = cells.focus_score.all();
  const auto score = [&](std::size_t f, std::size_t c) {
    return static_cast<double>(scores_of_fields[f * channels + c]);
  };
  for (std::size_t f = 0; f < cells.fields(); ++f)
    for (std::size_t c = 0; c < channels; ++c)
      if (std::isfinite(score(f, c))) of_plate[{place(fields, f).first, c}].push_back(score(f, c));
  std::map<std::pair<std::string, std::size_t>, double> medians;
  for (const auto& [key, scores] : of_plate) medians[key] = median_of(scores);
  std::vector<double> result;
  for (std::size_t f = 0; f < cells.fields(); ++f) {
    double least = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t c = 0; c < channels; ++c) {
      const auto median = medians.find({place(fields, f).first, c});
      if (median == medians.end() || !(median->second > 0) || !std::isfinite(score(f, c))) continue;
      least = std::fmin(least, score(f, c) / median->second);
    }
    result.push_back(least);
  }
  return result;
}

void add_cell_measures(std::vector<Measure>& measures, const store::CellTable& cells, const Table& fields) {
  std::vector<std::pair<PlateWell, double>> counts, focus, saturation;
  const auto sharpness = relative_focus(cells, fields);
  const auto channels = cells.channels.size();
  const auto saturated = cells.saturated_fraction.all();
  for (std::size_t f = 0; f < cells.fields(); ++f) {
    if (cells.failed[f]) continue;
    const auto well = place(fields, f);
    counts.emplace_back(well, static_cast<double>(cells.cells_of(FieldId(f))));
    focus.emplace_back(well, sharpness[f]);
    double most = std::numeric_limits<double>::quiet_NaN();
    for (std::size_t c = 0; c < channels; ++c)
      most = std::fmax(most, 100.0 * static_cast<double>(saturated[f * channels + c]));
    saturation.emplace_back(well, most);
  }
  measures.push_back({"Cells", "Mean over the fields of a well.", "cells per field", over_wells(counts)});
  measures.push_back({"Focus",
                      "Score of the least sharp channel over the median of its plate; mean over the fields. "
                      "Well below 1: blurred.",
                      "of the plate's median", over_wells(focus)});
  measures.push_back({"Saturation",
                      "Pixels at the largest value, of the channel with most; mean over the fields.",
                      "% of pixels", over_wells(saturation)});
}

// Of each well's profile from the mean of its plate's controls (of all, where a plate has fewer than two),
// over the median of the controls' own distances.
Measure distance_measure(const Wells& wells) {
  const auto& profiles = wells.profiles;
  const auto controls = wells.labels.controls();
  if (controls.size() < 2) throw Error("there are fewer than two control wells");
  std::map<std::string, std::vector<std::size_t>> of_plate;
  for (const auto row : controls) of_plate[place(profiles.metadata, row).first].push_back(row);
  const auto center_of = [&](const std::vector<std::size_t>& rows) -> Eigen::RowVectorXd {
    return profiles.values(rows, Eigen::all).colwise().mean();
  };
  std::map<std::string, Eigen::RowVectorXd> centers;
  for (const auto& [plate, rows] : of_plate)
    if (rows.size() > 1) centers[plate] = center_of(rows);
  const auto all = center_of(controls);
  const auto distance = [&](std::size_t row) {
    const auto at = centers.find(place(profiles.metadata, row).first);
    return (profiles.values.row(static_cast<Eigen::Index>(row)) - (at == centers.end() ? all : at->second))
        .norm();
  };
  std::vector<double> own;
  for (const auto row : controls) own.push_back(distance(row));
  const double usual = median_of(own);
  Measure measure{
      "Distance from the controls",
      "Of a well's profile from the mean of its plate's negative controls; 1 is the median of the "
      "controls themselves.",
      "of the controls' median",
      {}};
  for (std::size_t row = 0; row < profiles.size(); ++row)
    if (usual > 0) measure.values[place(profiles.metadata, row)] = distance(row) / usual;
  return measure;
}

std::string value_text(double value) {
  return fmt::format("{:.3g}", value);
}

struct Range {
  double low, high;
};
Range range_of(const Measure& measure) {
  std::vector<double> values;
  for (const auto& [well, value] : measure.values) values.push_back(value);
  const double low = percentile(values, 0.02), high = percentile(values, 0.98);
  return high > low ? Range{low, high} : Range{low - 0.5, low + 0.5};
}

bool constant(const Measure& measure) {
  const double first = measure.values.begin()->second;
  return std::all_of(measure.values.begin(), measure.values.end(),
                     [first](const auto& well) { return well.second == first; });
}

// Every name where there is room for it.
std::vector<std::string> thinned(std::vector<std::string> names, double cell) {
  if (cell < 16)
    for (std::size_t i = 0; i < names.size(); ++i)
      if (i % 3 != 0) names[i].clear();
  return names;
}

std::string plate_map(const std::string& plate, const std::map<std::string, double>& wells,
                      const std::map<std::string, std::string>& contents, const WellGrid& grid,
                      const Measure& measure, const Range& range) {
  chart::HeatMap map;
  map.cell = grid.columns > 12 ? 12 : 18;
  map.label = measure.title + ", " + plate;
  map.rows = grid.row_names(), map.columns = thinned(grid.column_names(), map.cell);
  map.values.resize(grid.size()), map.hovers.resize(grid.size());
  map.low = range.low, map.high = range.high;
  for (const auto& [well, value] : wells) {
    map.values[grid.at(well)] = value;
    const auto content = contents.find(well);
    map.hovers[grid.at(well)] = well + ": " + value_text(value) + " " + measure.unit +
                                (content == contents.end() ? "" : ", " + content->second);
  }
  return "<figure>" + chart::heat_map(map) + "<figcaption>" + escaped(plate) + "</figcaption></figure>\n";
}

// By plate and well, what each was given.
std::map<std::string, std::map<std::string, std::string>> contents_of(const Results& results) {
  std::map<std::string, std::map<std::string, std::string>> contents;
  if (!results.wells) return contents;
  const auto& wells = results.wells.get();
  const auto labels = screen::treatment_labels(wells.profiles.metadata, wells.roles, "profiles.h5ad");
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto [plate, well] = place(wells.profiles.metadata, row);
    contents[plate][well] = labels[row];
  }
  return contents;
}

std::vector<std::string> edge_row(const Measure& measure, const WellGrid& grid) {
  std::vector<double> edge, inner;
  for (const auto& [well, value] : measure.values) (grid.edge(well.second) ? edge : inner).push_back(value);
  if (edge.empty() || inner.empty()) return {};
  const double at_edge = median_of(edge), inside = median_of(inner);
  return {escaped(measure.title), value_text(at_edge), value_text(inside),
          inside != 0 ? fmt::format("{:+.1f} %", 100 * (at_edge / inside - 1)) : "", escaped(measure.unit)};
}

std::string maps_of(const Measure& measure, const WellGrid& grid, std::size_t plates_shown,
                    const std::map<std::string, std::map<std::string, std::string>>& contents) {
  std::map<std::string, std::map<std::string, double>> plates;
  std::map<std::string, std::vector<double>> by_well;
  for (const auto& [well, value] : measure.values)
    plates[well.first][well.second] = value, by_well[well.second].push_back(value);
  std::vector<std::string> names;
  for (const auto& [plate, wells] : plates) names.push_back(plate);
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return natural_less(a, b); });
  const auto range = range_of(measure);
  auto html = heading(measure.title) + note(measure.explained);
  if (constant(measure))
    return html + paragraph("The same in all wells: " + value_text(measure.values.begin()->second) + " " +
                            measure.unit + ".");
  html += "<div class=\"row small\">";
  if (names.size() > 1) {
    std::map<std::string, double> medians;
    for (const auto& [well, values] : by_well) medians[well] = median_of(values);
    html +=
        plate_map("median of " + std::to_string(names.size()) + " plates", medians, {}, grid, measure, range);
  }
  for (std::size_t i = 0; i < std::min(names.size(), plates_shown); ++i) {
    const auto content = contents.find(names[i]);
    html += plate_map(names[i], plates[names[i]],
                      content == contents.end() ? std::map<std::string, std::string>() : content->second,
                      grid, measure, range);
  }
  html += "</div>" + chart::color_bar(range.low, range.high, chart::Scale::sequential, measure.unit);
  if (names.size() > plates_shown)
    html += note(fmt::format("The first {} of {} plates are drawn; the median is of all.", plates_shown,
                             names.size()));
  return html;
}

}  // namespace

std::string plates_section(const Results& results, const PageOptions&) {
  std::vector<Measure> measures;
  std::string absent;
  try {
    add_cell_measures(measures, results.cells.get(), results.fields.get());
  } catch (const Error& error) {
    absent += note(std::string("Cells, focus and saturation are left out: ") + error.what());
  }
  try {
    measures.push_back(distance_measure(results.wells.get()));
  } catch (const Error& error) {
    absent += note(std::string("The distance from the controls is left out: ") + error.what());
  }
  std::erase_if(measures, [](const Measure& measure) { return measure.values.empty(); });
  if (measures.empty()) throw Error("there are neither cells nor profiles of wells");
  std::vector<std::string> wells;
  for (const auto& measure : measures)
    for (const auto& [well, value] : measure.values) wells.push_back(well.second);
  const WellGrid grid(wells);
  const auto plates_shown =
      std::clamp<std::size_t>(most_marks / (measures.size() * grid.size()), 1, most_plates);
  const auto contents = contents_of(results);
  std::vector<std::vector<std::string>> edges;
  std::string maps;
  for (const auto& measure : measures) {
    maps += maps_of(measure, grid, plates_shown, contents);
    if (auto row = edge_row(measure, grid); !row.empty()) edges.push_back(std::move(row));
  }
  auto html = absent;
  if (!edges.empty())
    html +=
        heading("Edge wells") +
        table({"median of wells", "at the edge", "inside", "difference", "unit"}, edges) +
        note(
            "The edge: the outermost rows and columns of those that are used. A plate with other treatments "
            "at its edge differs there for that reason, too.");
  return html + maps;
}

}  // namespace cytoscale::page
