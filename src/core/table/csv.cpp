#include "core/table/csv.hpp"

#include <algorithm>
#include <array>
#include <fstream>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/table/csv_reader.hpp"
#include "core/table/parquet_table.hpp"
#include "core/text/text.hpp"
#include "core/text/text_file.hpp"

namespace cytoscale {
namespace {

bool is_decimal_comma(std::string_view cell) {
  const auto comma = cell.find(',');
  if (comma == std::string_view::npos || cell.find(',', comma + 1) != std::string_view::npos) return false;
  std::string text(cell);
  text[comma] = '.';
  return to_number(text).has_value();
}

// Where ; separates, as Excel writes in much of Europe, a column of numbers has decimal commas.
void mend_decimal_commas(Table& table) {
  for (std::size_t c = 0; c < table.columns.size() && !table.rows.empty(); ++c) {
    bool any = false;
    const bool all = table.rows.column(c).all_of([&](std::string_view text) {
      const bool comma = is_decimal_comma(text);
      any = any || comma;
      return comma || text.empty() || to_number(text).has_value();
    });
    if (!any || !all) continue;
    table.rows.set_column(c, table.rows.column(c).changed([](std::string_view text) {
      std::string mended(text);
      std::replace(mended.begin(), mended.end(), ',', '.');
      return mended;
    }));
  }
}

void append_quoted(std::string& text, std::string_view cell) {
  if (cell.find_first_of(",\"\n\r") == std::string_view::npos) {
    text += cell;
    return;
  }
  text += '"';
  for (char c : cell) {
    if (c == '"') text += '"';
    text += c;
  }
  text += '"';
}

Table finished(CsvReader& reader) {
  auto table = reader.finish();
  if (reader.separator() == ';') mend_decimal_commas(table);
  return table;
}

}  // namespace

Table parse_csv(std::string_view text, const std::string& where) {
  CsvReader reader(where);
  reader.add(text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text);
  return finished(reader);
}

void tidy_table(Table& table, const std::string& where) {
  for (auto& name : table.columns) name = std::string(trimmed_cell(name));
  check_column_names(table.columns, where);
  std::vector<char> filled(table.rows.size(), 0);
  for (std::size_t c = 0; c < table.columns.size() && !filled.empty(); ++c) {
    table.rows.set_column(c, table.rows.column(c).changed(
                                 [](std::string_view text) { return std::string(trimmed_cell(text)); }));
    std::size_t row = 0;
    table.rows.column(c).each([&](std::string_view text) { filled[row++] |= !text.empty(); });
  }
  table.rows.keep(filled);
}

bool is_parquet_file(const std::filesystem::path& path) {
  std::array<char, 4> begin{};
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  return std::string_view(begin.data(), begin.size()) == "PAR1";
}

Table read_csv(const std::filesystem::path& path) {
  // Without Arrow C++ the reader of text says what the file is.
  if (is_parquet_file(path) && read_parquet_table.is_there()) return read_parquet_table(path);
  CsvReader reader(path.string());
  std::string part;
  for (TextFile file(path); file.read(part); part.clear()) reader.add(part);
  return finished(reader);
}

std::string csv_text(const Table& table) {
  std::string text;
  const auto add = [&](std::size_t column, std::string_view cell) {
    if (column > 0) text += ',';
    append_quoted(text, cell);
  };
  for (std::size_t c = 0; c < table.columns.size(); ++c) add(c, table.columns[c]);
  text += '\n';
  std::vector<TextColumn::Cursor> cursors;
  for (std::size_t c = 0; c < table.columns.size(); ++c) cursors.emplace_back(table.rows.column(c));
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    for (std::size_t c = 0; c < cursors.size(); ++c) add(c, cursors[c].next());
    text += '\n';
  }
  return text;
}

void write_csv(const std::filesystem::path& path, const Table& table) {
  write_file_atomically(path, csv_text(table));
}

}  // namespace cytoscale
