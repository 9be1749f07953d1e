// Treatments and cells on a plane: principal components and t-SNE.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "chart/scatter.hpp"
#include "core/random.hpp"
#include "core/text/text.hpp"
#include "evaluate/maps/tsne.hpp"
#include "page/html.hpp"
#include "page/sections.hpp"

namespace cytoscale::page {
namespace {

using profile::Matrix;

struct Coloring {
  std::string name;
  std::vector<std::string> labels;
};

struct Mapped {
  std::string what;
  Matrix rows;
  std::vector<std::string> hovers;  // empty: points are told by their group
  std::vector<Coloring> colorings;
  double mark = 3.5;
};

// A coloring of one color tells nothing.
bool tells(const Coloring& coloring) {
  return std::set<std::string>(coloring.labels.begin(), coloring.labels.end()).size() > 1;
}

std::string map_of(const Mapped& points, const Matrix& places, const Coloring& coloring,
                   const std::string& across, const std::string& up) {
  chart::ScatterMap map;
  map.label = points.what + " by " + coloring.name;
  map.across = across, map.up = up;
  map.side = 470, map.mark = points.mark;
  for (Eigen::Index i = 0; i < places.rows(); ++i)
    map.x.push_back(places(i, 0)), map.y.push_back(places(i, 1));
  map.groups = coloring.labels, map.hovers = points.hovers;
  return "<figure>" + chart::scatter(map) + "</figure>";
}

std::string html_of(const Mapped& points, const std::string& group, const PageOptions& options) {
  const auto components = evaluate::principal_map(points.rows);
  const auto tsne = evaluate::tsne(evaluate::fewer_features(points.rows),
                                   {.perplexity = options.perplexity, .threads = options.threads});
  std::vector<View> shown;
  for (const auto& coloring : points.colorings)
    if (tells(coloring))
      shown.push_back(
          {"by " + coloring.name, "<div class=\"row\">" +
                                      map_of(points, components, coloring, "first principal component",
                                             "second principal component") +
                                      map_of(points, tsne.places, coloring, "t-SNE 1", "t-SNE 2") + "</div>" +
                                      chart::scatter_legend(coloring.labels)});
  if (shown.empty()) throw Error("all " + points.what + " have one class, batch and plate");
  auto text = fmt::format("t-SNE: exact, perplexity {:.3g}, KL divergence {:.3f}", tsne.perplexity,
                          tsne.kl_divergence);
  if (points.rows.rows() > 10)
    text += fmt::format(", trustworthiness (5 neighbors) {:.3f}; of the principal components {:.3f}",
                        evaluate::trustworthiness(points.rows, tsne.places),
                        evaluate::trustworthiness(points.rows, components));
  return views(group, shown) + note(text + ". Distances between far groups of a t-SNE map mean little.");
}

std::string joined(const std::vector<std::string>& parts) {
  return join_some(parts, 3, "+");
}

Mapped treatments_of(const Results& results) {
  const auto& wells = results.wells.get();
  const auto& set = wells.treatments;
  Mapped points{"treatments", set.values, {}, {{"class", set.moa}, {"batch", {}}}, 4};
  for (std::size_t i = 0; i < set.size(); ++i) {
    points.colorings[1].labels.push_back(joined(set.batches[i]));
    points.hovers.push_back(set.name[i] + (set.moa[i].empty() ? "" : ", " + set.moa[i]) +
                            fmt::format(", {} wells", set.wells[i]));
  }
  const auto controls = wells.labels.controls();
  if (controls.empty()) return points;
  // The controls of each batch are a point.
  std::vector<std::string> batches(wells.profiles.size());
  if (wells.labels.has_batch)
    batches = screen::batch_labels(wells.profiles.metadata, wells.roles, "profiles.h5ad");
  std::map<std::string, std::vector<std::size_t>> by_batch;
  for (const auto row : controls) by_batch[batches[row]].push_back(row);
  const auto first = points.rows.rows();
  points.rows.conservativeResize(first + static_cast<Eigen::Index>(by_batch.size()), points.rows.cols());
  Eigen::Index at = first;
  for (const auto& [batch, rows] : by_batch) {
    points.rows.row(at++) = wells.profiles.values(rows, Eigen::all).colwise().mean();
    points.colorings[0].labels.emplace_back("negative controls");
    points.colorings[1].labels.push_back(batch);
    points.hovers.push_back("negative controls" + (batch.empty() ? "" : " of " + batch) +
                            fmt::format(", {} wells", rows.size()));
  }
  return points;
}

// A sample of the cells whose features are there, standardized feature by feature.
Mapped cells_of(const Results& results, const PageOptions& options) {
  const auto& file = results.embeddings.get();
  const auto& first = file.first_row();
  const auto features = file.features();
  std::vector<std::pair<std::int64_t, std::size_t>> rows;  // and their fields
  for (std::size_t f = 0; f + 1 < first.size(); ++f)
    if (!file.field_failed()[f])
      for (auto row = first[f]; row < first[f + 1]; ++row) rows.emplace_back(row, f);
  Random random(options.seed, stream_key("cells on the report's map"));
  const auto count = std::min(rows.size(), static_cast<std::size_t>(options.cells));
  for (std::size_t k = 0; k < count; ++k) std::swap(rows[k], rows[k + random.below(rows.size() - k)]);
  rows.resize(count);
  std::sort(rows.begin(), rows.end());
  Mapped points{
      "cells", Matrix(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(features)), {}, {}, 2};
  std::vector<float> values(features);
  std::vector<std::size_t> kept;
  for (const auto& [row, field] : rows) {
    file.read_rows(row, 1, values);
    if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) continue;
    const auto at = static_cast<Eigen::Index>(kept.size());
    for (std::size_t k = 0; k < features; ++k) points.rows(at, static_cast<Eigen::Index>(k)) = values[k];
    kept.push_back(field);
  }
  points.rows.conservativeResize(static_cast<Eigen::Index>(kept.size()), Eigen::NoChange);
  if (kept.size() < 4) throw Error("fewer than four cells have features");
  const Eigen::RowVectorXd mean = points.rows.colwise().mean();
  points.rows.rowwise() -= mean;
  const Eigen::RowVectorXd sd =
      (points.rows.colwise().squaredNorm() / static_cast<double>(kept.size())).cwiseSqrt();
  points.rows.array().rowwise() /= (sd.array() > 0).select(sd.array(), 1.0);
  const auto& fields = file.fields();
  const auto roles = results.wells ? results.wells.get().roles : screen::ColumnRoles();
  const auto add = [&](const std::string& name, const std::vector<std::string>& of_fields) {
    Coloring coloring{name, {}};
    for (const auto field : kept) coloring.labels.push_back(of_fields[field]);
    points.colorings.push_back(std::move(coloring));
  };
  const auto column = [&](const std::string& name) {
    std::vector<std::string> labels;
    const auto at = fields.find(name);
    for (const auto& row : fields.rows) labels.push_back(at ? row[*at] : "");
    return labels;
  };
  add("class", column(roles.class_column));
  try {
    add("batch", screen::batch_labels(fields, roles, "embeddings.h5ad"));
  } catch (const Error&) {
    // There are no batches: no color for them.
  }
  add("plate", column(roles.plate));
  return points;
}

template <typename Make>
std::string part(const std::string& title, const Make& make) {
  try {
    return heading(title) + make();
  } catch (const Error& error) {
    return heading(title) + "<p class=\"absent\">" + escaped(std::string("Left out: ") + error.what()) +
           "</p>\n";
  }
}

}  // namespace

std::string maps_section(const Results& results, const PageOptions& options) {
  if (!results.wells) results.wells.get();
  auto html = part("Treatments", [&] {
    auto points = treatments_of(results);
    points.rows = evaluate::unit_rows(points.rows);
    return note(
               "Profiles scaled to length 1, since treatments are compared by cosine similarity. The "
               "controls of "
               "each batch are a point.") +
           html_of(points, "map-of-treatments", options);
  });
  if (options.cells == 0) return html;
  return html + part("Cells", [&] {
           const auto points = cells_of(results, options);
           return note(fmt::format("{} cells drawn at random, features standardized.", points.rows.rows())) +
                  html_of(points, "map-of-cells", options);
         });
}

}  // namespace cytoscale::page
