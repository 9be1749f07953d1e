// Embeddings made from formulas.
#pragma once
#include "screen_support.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale::store {

inline constexpr std::size_t failed_field = 7;

inline CellTable table_of(const screen::Screen& screen) {
  CellTable table;
  table.channels = screen.channels;
  table.screen_fingerprint = screen.fingerprint();
  table.first_cell = {0};
  for (FieldId f; f < screen.fields.size(); ++f) {
    const FieldCells cells = cells_of_field(screen, f);
    table.first_cell.push_back(table.first_cell.back() + static_cast<std::int64_t>(cells.y.size()));
    table.failed.push_back(cells.failed);
    table.height.push_back(cells.height);
    table.width.push_back(cells.width);
    const auto append = [](auto& to, const auto& from) {
      for (const auto value : from) to.push_back(value);
    };
    append(table.y, cells.y);
    append(table.x, cells.x);
    append(table.area_px, cells.area_px);
    append(table.mean_intensity, cells.mean_intensity);
    append(table.eccentricity, cells.eccentricity);
    append(table.border, cells.border);
  }
  return table;
}

inline EmbeddingLayout small_layout() {
  EmbeddingLayout layout;
  layout.feature_names = {"net_conv1_0", "net_conv1_1", "net_conv2a_0"};
  layout.feature_layers = {"conv1", "conv1", "conv2a"};
  layout.provenance = {{"job", "embed"}};
  return layout;
}

inline float feature_value(std::size_t cell, std::size_t feature) {
  return static_cast<float>(cell) + 0.25f * static_cast<float>(feature);
}

inline void write_field(EmbeddingWriter& writer, const CellTable& cells, FieldId field, std::size_t failing) {
  if (field == failing) return writer.write_failed(field);
  std::vector<float> rows;
  for (auto cell = cells.first_cell[field]; cell < cells.first_cell[field + 1]; ++cell) {
    for (std::size_t i = 0; i < 3; ++i) rows.push_back(feature_value(static_cast<std::size_t>(cell), i));
  }
  writer.write(field, rows);
}

}  // namespace cytoscale::store
