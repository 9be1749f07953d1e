#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "hdf5/file.hpp"
#include "mpi/agree.hpp"
#include "mpi/node/node_arrays.hpp"
#include "store/cell_table_columns.hpp"
#include "store/integrity/sealed_file.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::store {
namespace {

constexpr const char* damaged = "The file is damaged: run segment again";
constexpr std::int64_t rows_at_once = 1 << 20;

// Where a column lies in the file; 0: HDF5 has to read it.
struct Place {
  std::uint64_t at = 0, count = 0;
};

// What rank 0 reads of the file.
struct Heads {
  CellTable table;  // without its columns of cells
  std::vector<Place> places;
};

hdf5::Dataset sized(const hdf5::Group& group, const std::string& name, std::size_t size) {
  hdf5::Dataset dataset = group.dataset(name);
  if (dataset.elements() != size)
    throw Error(
        "it has " + std::to_string(dataset.elements()) + " values, " + std::to_string(size) + " are needed",
        dataset.where(), damaged);
  return dataset;
}

template <typename T>
std::vector<T> read_sized(const hdf5::Group& group, const std::string& name, std::size_t size) {
  return sized(group, name, size).read_all<T>();
}

// The columns that stay in the file, in this order in Heads::places.
template <typename Use>
void each_stored(const hdf5::Group& root, const CellTable& table, const Use& use) {
  const hdf5::Group fields = root.group("fields"), cells = root.group("cells");
  const auto cell_count = static_cast<std::size_t>(table.cells());
  for (const auto& column : quality_columns)
    use(column, sized(fields, column.name, table.fields() * table.channels.size()));
  for (const auto& column : cell_columns) use(column, sized(cells, column.name, cell_count));
}

Place place_of(const hdf5::Dataset& dataset, hdf5::Number type, std::uint64_t file_size) {
  const auto at = dataset.elements() > 0 ? dataset.file_offset_of(type) : std::nullopt;
  if (!at) return {0, dataset.elements()};
  if (*at + dataset.elements() * dataset.element_bytes() > file_size)
    throw Error("the file is cut off", dataset.where(), damaged);
  return {*at, dataset.elements()};
}

void check_first_cell(const CellTable& table, const std::string& where) {
  const auto& first = table.first_cell;
  if (first.empty() || first.front() != 0 || !std::is_sorted(first.begin(), first.end())) {
    throw Error("the fields' first cells are not in order", where, damaged);
  }
}

Heads read_heads(const std::filesystem::path& path) {
  const hdf5::File file = open_checked(path);
  const hdf5::Group& root = file.root();
  if (root.text_attribute("format", "") != cell_table_format) {
    throw Error("this is not a cell table", path.string(), "Give the cells.h5 that segment made");
  }
  if (root.integers_attribute("format_version") != std::vector<std::int64_t>{cell_table_version}) {
    throw Error("the cell table is of another format version", path.string(), "Run segment again");
  }
  Heads heads;
  auto& table = heads.table;
  table.screen_fingerprint = root.text_attribute("screen_fingerprint");
  table.content = root.text_attribute(content_attribute, "");
  table.provenance = nlohmann::json::parse(root.text_attribute("provenance"), nullptr, false);
  table.channels = root.dataset("channels").read_texts();
  const hdf5::Group fields = root.group("fields");
  table.first_cell = fields.dataset("first_cell").read_all<std::int64_t>();
  check_first_cell(table, path.string() + ":/fields/first_cell");
  const std::size_t field_count = table.first_cell.size() - 1;
  table.height = read_sized<int>(fields, "height", field_count);
  table.width = read_sized<int>(fields, "width", field_count);
  for (const auto failed : read_sized<std::uint8_t>(fields, "failed", field_count))
    table.failed.push_back(failed != 0);
  const auto size = std::filesystem::file_size(path);
  each_stored(root, table, [&](const FloatColumn&, const hdf5::Dataset& dataset) {
    heads.places.push_back(place_of(dataset, hdf5::Number::f32, size));
  });
  heads.places.push_back(place_of(
      sized(root.group("cells"), "border", static_cast<std::size_t>(table.cells())), hdf5::Number::u8, size));
  return heads;
}

void share_fields(const mpi::Communicator& comm, CellTable& table) {
  std::tie(table.first_cell, table.height, table.width, table.failed) = mpi::arrays_on_each_node(
      comm, table.first_cell.span(), table.height.span(), table.width.span(), table.failed.span());
}

// Columns that lie in the file are read there; others (another program wrote them anew) now.
void open_columns(CellTable& table, const std::vector<Place>& places, const std::filesystem::path& path) {
  const auto file = std::make_shared<RandomAccessFile>(path, damaged);
  std::optional<hdf5::File> slow;
  const auto open = [&](auto& column, const std::string& name, const Place& place) {
    using Values = std::remove_reference_t<decltype(column)>;
    using Value = typename decltype(column.all())::value_type;
    if (place.at > 0) {
      column = Values(file, place.at, place.count);
    } else if (place.count > 0) {
      if (!slow) slow = open_checked(path);
      column = slow->root().dataset(name).template read_all<Value>();
    }
  };
  std::size_t i = 0;
  for (const auto& column : quality_columns)
    open(table.*column.of_table, std::string("fields/") + column.name, places[i++]);
  for (const auto& column : cell_columns)
    open(table.*column.of_table, std::string("cells/") + column.name, places[i++]);
  open(table.border, "cells/border", places[i]);
}

}  // namespace

CellTable open_cell_table(const mpi::Communicator& comm, const std::filesystem::path& path) {
  Heads heads;
  mpi::on_root(comm, [&] { heads = read_heads(path); });
  auto& table = heads.table;
  comm.broadcast_values(heads.places);
  const auto texts = nlohmann::json::parse(
      comm.broadcast(nlohmann::json{table.channels, table.screen_fingerprint, table.content,
                                    table.provenance.is_discarded() ? nlohmann::json() : table.provenance}
                         .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  table.channels = texts[0].get<std::vector<std::string>>();
  table.screen_fingerprint = texts[1];
  table.content = texts[2];
  table.provenance = texts[3];
  share_fields(comm, table);
  mpi::together(comm, [&] { open_columns(table, heads.places, path); });
  return table;
}

CellTable read_cell_table(const std::filesystem::path& path) {
  return open_cell_table(mpi::Communicator::self(), path);
}

std::string cells_fingerprint(const CellTable& cells) {
  if (!cells.content.empty()) return cells.content;
  Fingerprint fingerprint;
  for (const auto first : cells.first_cell) fingerprint.add(static_cast<std::uint64_t>(first));
  for (const auto* column : {&cells.y, &cells.x}) {
    fingerprint.add(static_cast<std::uint64_t>(column->size()));
    for (std::int64_t at = 0; at < cells.cells(); at += rows_at_once) {
      const auto values = column->read(at, std::min(rows_at_once, cells.cells() - at));
      fingerprint.add_raw(values.data(), values.size() * sizeof(float));
    }
  }
  return fingerprint.text();
}

void check_cells_match(const CellTable& cells, const screen::Screen& screen,
                       const std::filesystem::path& path) {
  if (cells.fields() == screen.fields.size() && cells.screen_fingerprint == screen.fingerprint()) return;
  throw Error("the cell table was made from another screen (" + std::to_string(cells.fields()) +
                  " fields; this one has " + std::to_string(screen.fields.size()) + ")",
              path.string(), "Run segment again, or give the manifest it was made from");
}

}  // namespace cytoscale::store
