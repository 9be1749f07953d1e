#include "store/rows/embedding_layout.hpp"

#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/system/files.hpp"
#include "screen/column_roles.hpp"
#include "screen/number_columns.hpp"
#include "store/anndata/anndata_element.hpp"

namespace cytoscale::store {
namespace {

constexpr std::int64_t rows_at_once = 1 << 18;

struct ObsColumn {
  const char* name;
  const StoredColumn<float> CellTable::*values;
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

// A metadata column: by the number of a text, a number or a category.
struct MetadataColumn {
  std::string name;
  Array<std::uint32_t> texts;  // by field
  std::optional<screen::ColumnNumbers> numbers;
  Categorical names;
};

std::vector<MetadataColumn> metadata_columns(const screen::Screen& screen) {
  const auto of_numbers = screen::number_columns(screen::metadata_table(screen));
  std::vector<MetadataColumn> columns;
  for (const auto& name : screen.metadata_columns) {
    auto codes = screen.values(name).codes();
    const TextColumn texts(codes.texts);
    auto& column = columns.emplace_back();
    column.name = name;
    column.texts = std::move(codes.of);
    if (std::find(of_numbers.begin(), of_numbers.end(), name) != of_numbers.end())
      column.numbers = screen::numbers_of(texts);
    else
      column.names = categorize(texts);
  }
  return columns;
}

std::size_t longest_name(const screen::Screen& screen, const CellTable& cells) {
  std::size_t longest = 1, f = 0;
  TextColumn::Cursor plate(screen.fields.plates()), well(screen.fields.wells()), site(screen.fields.sites());
  for (; f < screen.fields.size(); ++f) {
    const auto count = cells.cells_of(FieldId(f));
    const auto names = plate.next().size() + well.next().size() + site.next().size();
    if (count > 0) longest = std::max(longest, names + cell_name("", "", "", count - 1).size());
  }
  return longest;
}

void create_obs(hdf5::Group& root, const screen::Screen& screen, const CellTable& cells) {
  const auto rows = static_cast<std::uint64_t>(cells.cells());
  std::vector<std::string> columns = screen.metadata_columns;
  for (const auto& column : obs_columns) columns.emplace_back(column.name);
  columns.emplace_back(border_column);
  columns.emplace_back(field_failed_column);
  hdf5::Group obs = create_frame(root, "obs", columns);
  // Text of a fixed length: variable-length text cannot be written in parallel, and costs 16 bytes more a
  // row.
  hdf5::Dataset index = obs.create_text("_index", rows, longest_name(screen, cells));
  mark_encoding(index, "string-array", "0.2.0");
  for (const auto& column : metadata_columns(screen)) {
    if (column.numbers)
      create_numbers(obs, column.name, column.numbers->whole, rows);
    else
      create_categorical(obs, column.name, column.names.categories, rows);
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
  write_frame(group, "fields", screen::metadata_table(screen), names, {});
}

// Fields that together have about rows_at_once cells.
std::size_t chunk_end(const CellTable& cells, std::size_t first, std::size_t end) {
  std::size_t f = first + 1;
  while (f < end && cells.first_cell[f + 1] - cells.first_cell[first] <= rows_at_once) ++f;
  return f;
}

}  // namespace

std::string cell_name(const std::string& plate, const std::string& well, const std::string& site,
                      std::int64_t cell) {
  return plate + "_" + well + "_s" + site + "_" + std::to_string(cell);
}

std::string text_fingerprint(const screen::Screen& screen, const EmbeddingLayout& layout) {
  Fingerprint fingerprint;
  fingerprint.add(embedding_format)
      .add(embedding_columns)
      .add(screen.fingerprint())
      .add(screen.metadata_fingerprint());
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
    create_obs(root, screen, cells);
    hdf5::Group obsm = root.group("obsm");
    create_array<float>(obsm, "spatial", {static_cast<std::uint64_t>(cells.cells()), 2});
    create_uns(root, screen, cells, layout);
    const hdf5::Shape shape = {static_cast<std::uint64_t>(cells.cells()), layout.feature_names.size()};
    hdf5::Dataset x = root.create("X", shape, layout.float16 ? hdf5::Number::f16 : hdf5::Number::f32);
    mark_encoding(x, "array", "0.2.0");
  }
  file.close();
}

namespace {

// Of the field's text, for each of its cells.
template <typename T>
std::vector<T> per_cell(const std::vector<T>& of_texts, const MetadataColumn& column, const CellTable& cells,
                        std::size_t f, std::size_t end) {
  std::vector<T> values;
  for (; f < end; ++f)
    values.insert(values.end(), static_cast<std::size_t>(cells.cells_of(FieldId(f))),
                  of_texts[column.texts[f]]);
  return values;
}

std::vector<std::string> names_of_cells(const screen::Screen& screen, const CellTable& cells, std::size_t f,
                                        std::size_t end) {
  std::vector<std::string> names;
  for (; f < end; ++f) {
    const auto& fields = screen.fields;
    const auto plate = fields.plates()[f], well = fields.wells()[f], site = fields.sites()[f];
    for (std::int64_t i = 0; i < cells.cells_of(FieldId(f)); ++i)
      names.push_back(cell_name(plate, well, site, i));
  }
  return names;
}

std::vector<float> places_of_cells(const CellTable& cells, std::int64_t first, std::int64_t count) {
  const auto x = cells.x.read(first, count), y = cells.y.read(first, count);
  std::vector<float> places;
  for (std::size_t i = 0; i < x.size(); ++i) places.insert(places.end(), {x[i], y[i]});
  return places;
}

}  // namespace

void write_obs(hdf5::Group& root, const screen::Screen& screen, const CellTable& cells,
               screen::Block fields) {
  const hdf5::Group obs = root.group("obs");
  const auto columns = metadata_columns(screen);
  std::vector<hdf5::Dataset> column_sets;
  for (const auto& column : columns)
    column_sets.push_back(obs.dataset(column.name + (column.numbers ? "" : "/codes")));
  hdf5::Dataset index = obs.dataset("_index"), border = obs.dataset(border_column),
                failed = obs.dataset(field_failed_column), spatial = root.dataset("obsm/spatial");
  for (std::size_t f = fields.first; f < fields.last;) {
    const std::size_t end = chunk_end(cells, f, fields.last);
    const std::int64_t first = cells.first_cell[f], last = cells.first_cell[end];
    const auto start = static_cast<std::uint64_t>(first), rows = static_cast<std::uint64_t>(last - first);
    index.write_text(start, names_of_cells(screen, cells, f, end));
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (const auto& numbers = columns[c].numbers)
        column_sets[c].write<double>(start, rows, per_cell(numbers->values, columns[c], cells, f, end));
      else
        column_sets[c].write<std::int32_t>(start, rows,
                                           per_cell(columns[c].names.codes, columns[c], cells, f, end));
    }
    for (const auto& column : obs_columns) {
      obs.dataset(column.name).write<float>(start, rows, (cells.*column.values).read(first, last - first));
    }
    spatial.write<float>(start, rows, places_of_cells(cells, first, last - first));
    border.write<std::uint8_t>(start, rows, cells.border.read(first, last - first));
    failed.write<std::uint8_t>(start, rows, std::vector<std::uint8_t>(rows, 0));
    f = end;
  }
}

}  // namespace cytoscale::store
