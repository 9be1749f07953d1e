#include "store/rows/embedding_layout.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/system/files.hpp"
#include "store/anndata/anndata_element.hpp"

namespace cytoscale::store {
namespace {

constexpr std::int64_t rows_at_once = 1 << 18;

struct ObsColumn {
  const char* name;
  const std::vector<float> CellTable::*values;
};
constexpr ObsColumn obs_columns[] = {
    {"Nuclei_Location_Center_X", &CellTable::x},
    {"Nuclei_Location_Center_Y", &CellTable::y},
    {"Nuclei_AreaShape_Area", &CellTable::area_px},
    {"Nuclei_AreaShape_Eccentricity", &CellTable::eccentricity},
    {"Nuclei_Intensity_MeanIntensity", &CellTable::mean_intensity},
};
constexpr const char* border_column = "Nuclei_Border";

void check(const screen::Screen& screen, const CellTable& cells, const EmbeddingLayout& layout) {
  if (cells.fields() != screen.fields.size()) {
    throw Error("the cell table has " + std::to_string(cells.fields()) + " fields, the screen " +
                    std::to_string(screen.fields.size()),
                "embeddings", "Run segment again");
  }
  if (layout.feature_names.size() != layout.feature_layers.size() || layout.feature_names.empty()) {
    throw Error("every feature needs a name and a layer", "embeddings", "This is a defect: please report it");
  }
}

template <typename T>
hdf5::Dataset create_array(hdf5::Group& group, const std::string& name, const hdf5::Shape& shape) {
  hdf5::Dataset dataset = group.create<T>(name, shape);
  mark_encoding(dataset, "array", "0.2.0");
  return dataset;
}

void create_obs(hdf5::Group& root, const screen::Screen& screen, std::int64_t count) {
  const auto rows = static_cast<std::uint64_t>(count);
  std::vector<std::string> columns = screen.metadata_columns;
  for (const auto& column : obs_columns) columns.emplace_back(column.name);
  columns.emplace_back(border_column);
  columns.emplace_back(field_failed_column);
  hdf5::Group obs = create_frame(root, "obs", columns);
  // Text of a fixed length: variable-length text cannot be written in parallel, and costs 16 bytes more a
  // row.
  hdf5::Dataset index =
      obs.create_text("_index", rows, std::to_string(std::max<std::int64_t>(count - 1, 0)).size());
  mark_encoding(index, "string-array", "0.2.0");
  for (const auto& name : screen.metadata_columns) {
    create_categorical(obs, name, categorize(screen.values(name)).categories, rows);
  }
  for (const auto& column : obs_columns) create_array<float>(obs, column.name, {rows});
  create_array<std::uint8_t>(obs, border_column, {rows});
  create_array<std::uint8_t>(obs, field_failed_column, {rows});
}

void create_var(hdf5::Group& root, const EmbeddingLayout& layout) {
  Table var{{"layer"}, {}};
  for (const auto& layer : layout.feature_layers) var.rows.push_back({layer});
  write_frame(root, "var", var, layout.feature_names, {});
}

Table field_table(const screen::Screen& screen) {
  Table table{screen.metadata_columns, {}};
  for (const auto& field : screen.fields) table.rows.push_back(field.metadata);
  return table;
}

void create_uns(hdf5::Group& root, const screen::Screen& screen, const CellTable& cells,
                const EmbeddingLayout& layout) {
  hdf5::Group uns = root.create_group("uns");
  mark_encoding(uns, "dict", "0.1.0");
  write_uns(uns, "cytoscale",
            {{"format", embedding_format},
             {"layout", layout_fingerprint(screen, cells, layout)},
             {"screen", cells.screen_fingerprint},
             {"provenance", layout.provenance.dump()}});
  hdf5::Group group = uns.group("cytoscale");
  create_array<std::int64_t>(group, "first_row", {cells.first_cell.size()})
      .write<std::int64_t>(0, cells.first_cell.size(), cells.first_cell);
  const auto states = initial_states(cells);
  create_array<std::uint8_t>(group, "field_state", {states.size()})
      .write<std::uint8_t>(0, states.size(), states);
  create_array<std::uint64_t>(group, "field_sums", {states.size()})
      .write<std::uint64_t>(0, states.size(), std::vector<std::uint64_t>(states.size()));
  std::vector<std::string> names;
  for (FieldId f; f < screen.fields.size(); ++f) names.push_back(std::to_string(f));
  write_frame(group, "fields", field_table(screen), names, {});
}

// Fields that together have about rows_at_once cells.
std::size_t chunk_end(const CellTable& cells, std::size_t first, std::size_t end) {
  std::size_t f = first + 1;
  while (f < end && cells.first_cell[f + 1] - cells.first_cell[first] <= rows_at_once) ++f;
  return f;
}

}  // namespace

std::string text_fingerprint(const screen::Screen& screen, const EmbeddingLayout& layout) {
  Fingerprint fingerprint;
  fingerprint.add(embedding_format).add(screen.fingerprint()).add(screen.metadata_fingerprint());
  for (const auto& name : layout.feature_names) fingerprint.add(name);
  for (const auto& layer : layout.feature_layers) fingerprint.add(layer);
  return fingerprint.text();
}

std::string layout_fingerprint(const screen::Screen& screen, const CellTable& cells,
                               const EmbeddingLayout& layout) {
  return Fingerprint()
      .add(text_fingerprint(screen, layout))
      .add(layout.provenance.dump())
      .add(layout.float16 ? 1 : 0)
      .add(cells_fingerprint(cells))
      .text();
}

std::string provenance_text(const hdf5::File& file) {
  const auto texts = file.root().dataset(std::string(embedding_group) + "/provenance").read_texts();
  return texts.empty() ? std::string() : texts.front();
}

void create_embedding_file(const std::filesystem::path& path, const screen::Screen& screen,
                           const CellTable& cells, const EmbeddingLayout& layout) {
  check(screen, cells, layout);
  make_folder(path.parent_path());
  hdf5::File file = hdf5::File::create(path);
  {
    hdf5::Group& root = file.root();
    begin_anndata(root);
    create_var(root, layout);
    create_obs(root, screen, cells.cells());
    create_uns(root, screen, cells, layout);
    const hdf5::Shape shape = {static_cast<std::uint64_t>(cells.cells()), layout.feature_names.size()};
    hdf5::Dataset x = root.create("X", shape, layout.float16 ? hdf5::Number::f16 : hdf5::Number::f32);
    mark_encoding(x, "array", "0.2.0");
  }
  file.close();
}

void write_obs(hdf5::Group& root, const screen::Screen& screen, const CellTable& cells,
               screen::Block fields) {
  const hdf5::Group obs = root.group("obs");
  std::vector<std::vector<std::int32_t>> codes;
  std::vector<hdf5::Dataset> code_sets;
  for (const auto& name : screen.metadata_columns) {
    codes.push_back(categorize(screen.values(name)).codes);
    code_sets.push_back(obs.dataset(name + "/codes"));
  }
  hdf5::Dataset index = obs.dataset("_index"), border = obs.dataset(border_column),
                failed = obs.dataset(field_failed_column);
  for (std::size_t f = fields.first; f < fields.last;) {
    const std::size_t end = chunk_end(cells, f, fields.last);
    const std::int64_t first = cells.first_cell[f], last = cells.first_cell[end];
    const auto start = static_cast<std::uint64_t>(first), rows = static_cast<std::uint64_t>(last - first);
    std::vector<std::string> names;
    for (std::int64_t row = first; row < last; ++row) names.push_back(std::to_string(row));
    index.write_text(start, names);
    for (std::size_t c = 0; c < codes.size(); ++c) {
      std::vector<std::int32_t> values;
      for (std::size_t i = f; i < end; ++i) {
        values.insert(values.end(), static_cast<std::size_t>(cells.cells_of(FieldId(i))), codes[c][i]);
      }
      code_sets[c].write<std::int32_t>(start, rows, values);
    }
    for (const auto& column : obs_columns) {
      obs.dataset(column.name)
          .write<float>(start, rows, std::span(cells.*column.values).subspan(start, rows));
    }
    border.write<std::uint8_t>(start, rows, std::span(cells.border).subspan(start, rows));
    failed.write<std::uint8_t>(start, rows, std::vector<std::uint8_t>(rows, 0));
    f = end;
  }
}

}  // namespace cytoscale::store
