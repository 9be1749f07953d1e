#include <algorithm>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "hdf5/file.hpp"
#include "store/cell_table_columns.hpp"
#include "store/integrity/sealed_file.hpp"

namespace cytoscale::store {
namespace {

template <typename T>
std::vector<T> read_sized(const hdf5::Group& group, const std::string& name, std::size_t size) {
  const hdf5::Dataset dataset = group.dataset(name);
  if (dataset.elements() != size) {
    throw Error(
        "it has " + std::to_string(dataset.elements()) + " values, " + std::to_string(size) + " are needed",
        dataset.where(), "The file is damaged: run segment again");
  }
  return dataset.read_all<T>();
}

void check_first_cell(const CellTable& table, const std::string& where) {
  const auto& first = table.first_cell;
  if (first.empty() || first.front() != 0 || !std::is_sorted(first.begin(), first.end())) {
    throw Error("the fields' first cells are not in order", where, "The file is damaged: run segment again");
  }
}

}  // namespace

CellTable read_cell_table(const std::filesystem::path& path) {
  const hdf5::File file = open_checked(path);
  const hdf5::Group& root = file.root();
  if (root.text_attribute("format", "") != cell_table_format) {
    throw Error("this is not a cell table", path.string(), "Give the cells.h5 that segment made");
  }
  if (root.integers_attribute("format_version") != std::vector<std::int64_t>{cell_table_version}) {
    throw Error("the cell table is of another format version", path.string(), "Run segment again");
  }
  CellTable table;
  table.screen_fingerprint = root.text_attribute("screen_fingerprint");
  table.provenance = nlohmann::json::parse(root.text_attribute("provenance"), nullptr, false);
  table.channels = root.dataset("channels").read_texts();
  const hdf5::Group fields = root.group("fields"), cells = root.group("cells");
  table.first_cell = fields.dataset("first_cell").read_all<std::int64_t>();
  check_first_cell(table, path.string() + ":/fields/first_cell");
  const std::size_t field_count = table.first_cell.size() - 1;
  table.height = read_sized<int>(fields, "height", field_count);
  table.width = read_sized<int>(fields, "width", field_count);
  for (const auto failed : read_sized<std::uint8_t>(fields, "failed", field_count))
    table.failed.push_back(failed != 0);
  for (const auto& column : quality_columns) {
    table.*column.of_table = read_sized<float>(fields, column.name, field_count * table.channels.size());
  }
  const auto cell_count = static_cast<std::size_t>(table.cells());
  for (const auto& column : cell_columns) {
    table.*column.of_table = read_sized<float>(cells, column.name, cell_count);
  }
  table.border = read_sized<std::uint8_t>(cells, "border", cell_count);
  return table;
}

std::string cells_fingerprint(const CellTable& cells) {
  Fingerprint fingerprint;
  for (const auto first : cells.first_cell) fingerprint.add(static_cast<std::uint64_t>(first));
  for (const auto* column : {&cells.y, &cells.x}) {
    fingerprint.add({reinterpret_cast<const char*>(column->data()), column->size() * sizeof(float)});
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
