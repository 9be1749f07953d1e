#include "page/point_maps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/random.hpp"
#include "core/text/text.hpp"
#include "evaluate/maps/tsne.hpp"
#include "screen/number_columns.hpp"

namespace cytoscale::page {
namespace {

using profile::Matrix;

constexpr std::size_t most_components = 50;  // scanpy's number
constexpr Eigen::Index least_for_trust = 11;
constexpr const char* controls_name = "negative controls";

void set_x(store::AnnData& data, const Matrix& rows, const std::vector<std::string>& features) {
  data.rows = static_cast<std::size_t>(rows.rows()), data.vars = static_cast<std::size_t>(rows.cols());
  data.x.assign(rows.data(), rows.data() + rows.size());
  data.var_names = features;
}

store::RowArray row_array(const std::string& name, const Matrix& values) {
  return {name, static_cast<std::size_t>(values.cols()), {values.data(), values.data() + values.size()}};
}

// `rows`: as they are compared.
void place(PointMap& map, const Matrix& rows, const PageOptions& options) {
  map.components = evaluate::principal_map(rows, most_components);
  auto tsne = evaluate::tsne(evaluate::fewer_features(rows, most_components),
                             {.perplexity = options.perplexity, .threads = options.threads});
  map.places = std::move(tsne.places);
  map.perplexity = tsne.perplexity, map.kl_divergence = tsne.kl_divergence;
  if (rows.rows() >= least_for_trust) {
    map.trust = evaluate::trustworthiness(rows, map.places);
    map.trust_of_components = evaluate::trustworthiness(rows, map.components.leftCols(2));
  }
  map.data.obsm = {row_array("X_pca", map.components), row_array("X_tsne", map.places)};
  map.data.numeric_columns = screen::number_columns(map.data.obs);
}

std::string joined(const std::vector<std::string>& parts) {
  return join_some(parts, 3, "+");
}

PointMap map_treatments(const Results& results, const PageOptions& options) {
  const auto& wells = results.wells.get();
  const auto& set = wells.treatments;
  PointMap map;
  map.what = "treatments";
  map.colorings = {{"class", set.moa}, {"batch", {}}};
  auto& obs = map.data.obs;
  obs.columns = {"Metadata_Treatment", "Metadata_Compound", "Metadata_Class", "Metadata_Batch",
                 "Metadata_WellCount"};
  for (std::size_t i = 0; i < set.size(); ++i) {
    map.colorings[1].labels.push_back(joined(set.batches[i]));
    map.hovers.push_back(set.name[i] + (set.moa[i].empty() ? "" : ", " + set.moa[i]) +
                         fmt::format(", {} wells", set.wells[i]));
    obs.rows.push_back(
        {set.name[i], set.compound[i], set.moa[i], join(set.batches[i], "+"), std::to_string(set.wells[i])});
    map.data.obs_names.push_back(set.name[i]);
  }
  // The controls of each batch are a point.
  const auto batches = wells.labels.has_batch
                           ? screen::batch_labels(wells.profiles.metadata, wells.roles, "profiles.h5ad")
                           : TextColumn(wells.profiles.size(), "");
  std::map<std::string, std::vector<std::size_t>> by_batch;
  for (const auto row : wells.labels.controls()) by_batch[batches[row]].push_back(row);
  Matrix rows = set.values;
  auto at = rows.rows();
  rows.conservativeResize(at + static_cast<Eigen::Index>(by_batch.size()), rows.cols());
  for (const auto& [batch, of_batch] : by_batch) {
    rows.row(at++) = wells.profiles.values(of_batch, Eigen::all).colwise().mean();
    const auto name = controls_name + std::string(batch.empty() ? "" : " of " + batch);
    map.colorings[0].labels.emplace_back(controls_name);
    map.colorings[1].labels.push_back(batch);
    map.hovers.push_back(name + fmt::format(", {} wells", of_batch.size()));
    obs.rows.push_back({name, "", controls_name, batch, std::to_string(of_batch.size())});
    map.data.obs_names.push_back(name);
  }
  set_x(map.data, rows, wells.profiles.features);
  place(map, evaluate::unit_rows(rows), options);
  return map;
}

struct SampledCell {
  std::int64_t row;
  std::size_t field;
};

// Of the fields that were read, in the order of the file.
std::vector<SampledCell> sample(const store::EmbeddingReader& file, const PageOptions& options) {
  const auto& first = file.first_row();
  std::vector<SampledCell> cells;
  for (std::size_t f = 0; f + 1 < first.size(); ++f)
    if (!file.field_failed()[f])
      for (auto row = first[f]; row < first[f + 1]; ++row) cells.push_back({row, f});
  Random random(options.seed, stream_key("cells on the report's map"));
  const auto count = std::min(cells.size(), static_cast<std::size_t>(options.cells));
  for (std::size_t k = 0; k < count; ++k) std::swap(cells[k], cells[k + random.below(cells.size() - k)]);
  cells.resize(count);
  std::sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) { return a.row < b.row; });
  return cells;
}

// Cells whose features are there; the others leave `cells`.
Matrix features_of(const store::EmbeddingReader& file, std::vector<SampledCell>& cells) {
  Matrix rows(static_cast<Eigen::Index>(cells.size()), static_cast<Eigen::Index>(file.features()));
  std::vector<float> values(file.features());
  std::vector<SampledCell> kept;
  for (const auto& cell : cells) {
    file.read_rows(cell.row, 1, values);
    if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) continue;
    rows.row(static_cast<Eigen::Index>(kept.size())) =
        Eigen::Map<const Eigen::RowVectorXf>(values.data(), static_cast<Eigen::Index>(values.size()))
            .cast<double>();
    kept.push_back(cell);
  }
  rows.conservativeResize(static_cast<Eigen::Index>(kept.size()), Eigen::NoChange);
  cells = std::move(kept);
  return rows;
}

Matrix standardized(Matrix rows) {
  const Eigen::RowVectorXd mean = rows.colwise().mean();
  rows.rowwise() -= mean;
  const Eigen::RowVectorXd sd = (rows.colwise().squaredNorm() / static_cast<double>(rows.rows())).cwiseSqrt();
  rows.array().rowwise() /= (sd.array() > 0).select(sd.array(), 1.0);
  return rows;
}

void color_cells(PointMap& map, const Results& results, const std::vector<SampledCell>& cells) {
  const auto& fields = results.embeddings.get().fields();
  const auto roles = results.wells ? results.wells.get().roles : screen::ColumnRoles();
  const auto add = [&](const std::string& name, const TextColumn& of_fields) {
    Coloring coloring{name, {}};
    for (const auto& cell : cells) coloring.labels.push_back(of_fields[cell.field]);
    map.colorings.push_back(std::move(coloring));
  };
  const auto column = [&](const std::string& name) {
    const auto at = fields.find(name);
    return at ? fields.rows.column(*at) : TextColumn(fields.rows.size(), "");
  };
  // As on the map of treatments.
  const auto controls = screen::control_mask(fields, roles, "embeddings.h5ad", false);
  TextColumn classes;
  std::size_t f = 0;
  column(roles.class_column).each([&](std::string_view text) {
    classes.push_back(controls[f++] ? controls_name : text);
  });
  add("class", classes);
  try {
    add("batch", screen::batch_labels(fields, roles, "embeddings.h5ad"));
  } catch (const Error&) {
    // There are no batches: no color for them.
  }
  add("plate", column(roles.plate));
}

PointMap map_cells(const Results& results, const PageOptions& options) {
  const auto& file = results.embeddings.get();
  auto cells = sample(file, options);
  const auto rows = features_of(file, cells);
  if (cells.size() < 4) throw Error("fewer than four cells have features");
  PointMap map;
  map.what = "cells";
  color_cells(map, results, cells);
  const auto& fields = file.fields();
  map.data.obs.columns = fields.columns;
  for (const auto& cell : cells) {
    const auto& field = fields.rows[cell.field];
    map.data.obs.rows.push_back(field);
    map.data.obs_names.push_back(
        store::cell_name(field[fields.column("Metadata_Plate")], field[fields.column("Metadata_Well")],
                         field[fields.column("Metadata_Site")], cell.row - file.first_row()[cell.field]));
  }
  set_x(map.data, rows, file.feature_names());
  map.data.var.add_column("layer", file.feature_layers());
  place(map, standardized(rows), options);
  return map;
}

}  // namespace

PointMaps make_point_maps(const Results& results, const PageOptions& options) {
  PointMaps maps;
  maps.treatments.read([&] { return map_treatments(results, options); });
  maps.cells.read([&] {
    if (options.cells == 0) throw Error("none were asked for", "--report-cells");
    return map_cells(results, options);
  });
  return maps;
}

void write_point_maps(const PointMaps& maps, const std::filesystem::path& folder,
                      const nlohmann::json& provenance) {
  const Part<PointMap>* const all[] = {&maps.treatments, &maps.cells};
  for (std::size_t i = 0; i < std::size(map_files); ++i) {
    const auto path = folder / map_files[i];
    if (!*all[i]) {
      std::error_code none;
      std::filesystem::remove(path, none);
      continue;
    }
    const auto& map = all[i]->get();
    auto data = map.data;
    auto made = provenance;
    made["tsne"] = {{"perplexity", map.perplexity}, {"kl_divergence", map.kl_divergence}};
    data.uns = {{"cytoscale", made}};
    store::write_anndata(path, data, i == 0);
  }
}

}  // namespace cytoscale::page
