#include "store/cell_table.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/system/atomic_file.hpp"
#include "hdf5/file.hpp"
#include "mpi/agree.hpp"
#include "mpi/node/node_arrays.hpp"
#include "store/cell_table_columns.hpp"
#include "store/integrity/seal_file.hpp"
#include "store/provenance/stamp.hpp"
#include "store/sync.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;

// What rank 0 must know of every field before a row is written.
struct FieldHead {
  std::int64_t field, cells;
  std::uint64_t sum;  // checksum of its rows (integrity/seal.hpp)
  std::int32_t height, width, failed, rank;
};

void check_columns(const FieldCells& cells, const screen::Screen& screen) {
  const std::string where =
      cells.field < screen.fields.size() ? screen.name(cells.field) : "field beyond the screen";
  const std::size_t count = cells.y.size();
  bool fits = cells.field < screen.fields.size() && cells.border.size() == count;
  for (const auto& column : cell_columns) fits = fits && (cells.*column.of_field).size() == count;
  for (const auto& column : quality_columns) {
    const auto& values = cells.*column.of_field;
    fits = fits && (values.empty() || values.size() == screen.channels.size());
  }
  if (!fits)
    throw Error("the field's cell columns are of unequal length", where,
                "This is a defect: please report it");
}

constexpr const char* sums_column = "sums";

// Of a field's rows in all columns. Quality that is not known is stored as NaN.
std::uint64_t sum_of(const FieldCells& cells, std::size_t channels) {
  const std::vector<float> unknown(channels, std::numeric_limits<float>::quiet_NaN());
  std::vector<std::span<const std::byte>> rows;
  for (const auto& column : cell_columns) rows.push_back(std::as_bytes(std::span(cells.*column.of_field)));
  rows.push_back(std::as_bytes(std::span(cells.border)));
  for (const auto& column : quality_columns) {
    const auto& values = cells.*column.of_field;
    rows.push_back(std::as_bytes(std::span(values.empty() ? unknown : values)));
  }
  return field_sum(rows);
}

SealPlan seal_plan() {
  SealPlan plan;
  for (const auto& column : cell_columns)
    plan.columns.push_back({std::string("/cells/") + column.name, "/fields/first_cell"});
  plan.columns.push_back({"/cells/border", "/fields/first_cell"});
  for (const auto& column : quality_columns)
    plan.columns.push_back({std::string("/fields/") + column.name, ""});
  plan.field_sums = std::string("/fields/") + sums_column;
  return plan;
}

// Throws Error: a field is missing, or there twice.
void check_heads(const std::vector<FieldHead>& heads, const screen::Screen& screen) {
  for (std::size_t i = 0; i < std::max(heads.size(), screen.fields.size()); ++i) {
    if (i < heads.size() && heads[i].field == static_cast<std::int64_t>(i)) continue;
    const bool twice = i > 0 && i < heads.size() && heads[i].field == static_cast<std::int64_t>(i) - 1;
    throw Error(twice ? "its cells were brought twice" : "its cells are missing",
                screen.name(FieldId(twice ? i - 1 : i)), "This is a defect: please report it");
  }
}

// All fields' heads in global order, on rank 0.
std::vector<FieldHead> gather_heads(const mpi::Communicator& comm, const screen::Screen& screen,
                                    const std::vector<FieldCells>& mine) {
  std::vector<FieldHead> heads;
  for (const auto& cells : mine) {
    heads.push_back({static_cast<std::int64_t>(cells.field), static_cast<std::int64_t>(cells.y.size()),
                     sum_of(cells, screen.channels.size()), cells.height, cells.width, cells.failed,
                     comm.rank()});
  }
  std::vector<std::size_t> counts;
  const auto bytes = comm.gather_bytes(std::as_bytes(std::span(heads)), counts, false);
  heads.resize(bytes.size() / sizeof(FieldHead));
  if (!heads.empty()) std::memcpy(heads.data(), bytes.data(), bytes.size());
  std::sort(heads.begin(), heads.end(), [](const auto& a, const auto& b) { return a.field < b.field; });
  mpi::on_root(comm, [&] { check_heads(heads, screen); });
  return heads;
}

// The same on each node once.
Array<std::int64_t> first_cells(const mpi::Communicator& comm, const std::vector<FieldHead>& heads) {
  std::vector<std::int64_t> first_cell;
  if (comm.root()) first_cell.push_back(0);
  for (const auto& head : heads) first_cell.push_back(first_cell.back() + head.cells);
  return mpi::array_on_each_node(comm, std::span<const std::int64_t>(first_cell));
}

constexpr std::size_t texts_at_once = 1 << 16;

void store_fixed(hdf5::Group& group, const std::string& name, const TextColumn& texts) {
  std::size_t longest = 1;
  texts.each([&](std::string_view text) { longest = std::max(longest, text.size()); });
  auto dataset = group.create_text(name, texts.size(), longest);
  TextColumn::Cursor next(texts);
  for (std::size_t first = 0; first < texts.size(); first += texts_at_once) {
    std::vector<std::string> some(std::min(texts_at_once, texts.size() - first));
    for (auto& text : some) text = next.next();
    dataset.write_text(first, some);
  }
}

void store_field_columns(hdf5::Group& fields, const screen::Screen& screen,
                         const std::vector<FieldHead>& heads, const Array<std::int64_t>& first_cell) {
  std::vector<std::int32_t> heights, widths;
  std::vector<std::uint8_t> failed;
  std::vector<std::uint64_t> sums;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    heights.push_back(heads[i].height);
    widths.push_back(heads[i].width);
    failed.push_back(heads[i].failed != 0);
    sums.push_back(heads[i].sum);
  }
  store_fixed(fields, "plate", screen.fields.plates());
  store_fixed(fields, "well", screen.fields.wells());
  store_fixed(fields, "site", screen.fields.sites());
  fields.store<std::int64_t>("first_cell", {first_cell.size()}, first_cell);
  fields.store<std::int32_t>("height", {heights.size()}, heights);
  fields.store<std::int32_t>("width", {widths.size()}, widths);
  fields.store<std::uint8_t>("failed", {failed.size()}, failed);
  fields.store<std::uint64_t>(sums_column, {sums.size()}, sums);
}

std::string content_of(const screen::Screen& screen, const std::vector<FieldHead>& heads) {
  Fingerprint content;
  content.add(screen.fingerprint());
  for (const auto& head : heads) {
    content.add(static_cast<std::uint64_t>(head.cells)).add(head.sum);
    content.add(static_cast<std::uint64_t>(head.height)).add(static_cast<std::uint64_t>(head.width));
    content.add(static_cast<std::uint64_t>(head.failed));
  }
  return content.text();
}

// Everything but the rows that the ranks bring.
void create_file(const fs::path& path, const screen::Screen& screen, const std::vector<FieldHead>& heads,
                 const Array<std::int64_t>& first_cell, const nlohmann::json& provenance) {
  hdf5::File file = hdf5::File::create(path);
  {
    hdf5::Group& root = file.root();
    root.set_attribute("format", cell_table_format);
    root.set_attribute("format_version", cell_table_version);
    root.set_attribute("screen_fingerprint", screen.fingerprint());
    root.set_attribute("provenance", provenance.dump());
    root.set_attribute(content_attribute, content_of(screen, heads));
    root.store_texts("channels", screen.channels);
    hdf5::Group fields = root.create_group("fields"), cells = root.create_group("cells");
    store_field_columns(fields, screen, heads, first_cell);
    for (const auto& column : quality_columns) {
      fields.create<float>(column.name, {heads.size(), screen.channels.size()});
    }
    const auto count = static_cast<std::uint64_t>(first_cell.back());
    for (const auto& column : cell_columns) cells.create<float>(column.name, {count});
    cells.create<std::uint8_t>("border", {count});
  }
  file.close();
}

// Fields of one rank that follow one another: their rows go in one write.
struct Run {
  std::size_t begin, end;  // in the rank's sorted list
};

std::vector<Run> runs_of(const std::vector<FieldCells>& mine) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (runs.empty() || mine[i].field != mine[i - 1].field + 1) runs.push_back({i, i});
    runs.back().end = i + 1;
  }
  return runs;
}

template <typename T>
void write_run(hdf5::Dataset& dataset, std::uint64_t first, const std::vector<FieldCells>& mine,
               const Run& run, std::vector<T> FieldCells::*column, std::size_t filler = 0) {
  std::vector<T> values;
  for (std::size_t i = run.begin; i < run.end; ++i) {
    const auto& part = mine[i].*column;
    values.insert(values.end(), part.begin(), part.end());
    if (part.size() < filler) values.insert(values.end(), filler, std::numeric_limits<T>::quiet_NaN());
  }
  dataset.write<T>(first, values.size() / dataset.row_size(), values);
}

void write_rows(hdf5::File& file, const std::vector<FieldCells>& mine,
                const Array<std::int64_t>& first_cell) {
  const hdf5::Group fields = file.root().group("fields"), cells = file.root().group("cells");
  const auto runs = runs_of(mine);
  for (const auto& column : quality_columns) {
    hdf5::Dataset dataset = fields.dataset(column.name);
    for (const auto& run : runs) {
      write_run(dataset, mine[run.begin].field, mine, run, column.of_field, dataset.row_size());
    }
  }
  const auto first_of = [&](const Run& run) {
    return static_cast<std::uint64_t>(first_cell[mine[run.begin].field]);
  };
  for (const auto& column : cell_columns) {
    hdf5::Dataset dataset = cells.dataset(column.name);
    for (const auto& run : runs) write_run(dataset, first_of(run), mine, run, column.of_field);
  }
  hdf5::Dataset border = cells.dataset("border");
  for (const auto& run : runs) write_run(border, first_of(run), mine, run, &FieldCells::border);
}

void write_rows_together(const mpi::Communicator& comm, const fs::path& path,
                         const std::vector<FieldCells>& mine, const Array<std::int64_t>& first_cell) {
  hdf5::File file = hdf5::File::open_parallel(comm, path);
  mpi::together(comm, [&] { write_rows(file, mine, first_cell); });
  mpi::together(comm, [&] { file.close(); });
  mpi::together(comm, [&] { FileSync(path).sync(); });
  seal_file(comm, path, seal_plan());
}

}  // namespace

void write_cell_table(const mpi::Communicator& comm, const fs::path& path, const screen::Screen& screen,
                      std::vector<FieldCells> mine, const nlohmann::json& provenance) {
  mpi::together(comm, [&] {
    for (const auto& cells : mine) check_columns(cells, screen);
  });
  const auto heads = gather_heads(comm, screen, mine);
  std::sort(mine.begin(), mine.end(), [](const auto& a, const auto& b) { return a.field < b.field; });
  const auto first_cell = first_cells(comm, heads);

  std::optional<AtomicFile> file;  // rank 0's
  mpi::on_root(comm, [&] {
    file.emplace(path);
    create_file(file->path(), screen, heads, first_cell, provenance);
  });
  write_rows_together(comm, comm.broadcast(file ? file->path().string() : std::string()), mine, first_cell);
  mpi::on_root(comm, [&] { file->commit(); });
}

}  // namespace cytoscale::store
