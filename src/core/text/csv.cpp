#include "core/text/csv.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/parquet_table.hpp"
#include "core/text/text.hpp"
#include "core/text/text_file.hpp"

namespace cytoscale {
namespace {

// How a table is written.
struct Form {
  char separator;
  bool cr_alone;
};

// Reads one record starting at `at`; advances `at` and `line` past it. `expected`: how many cells are likely.
std::vector<std::string> record(std::string_view text, std::size_t& at, std::size_t& line, const Form& form,
                                std::size_t expected, const std::string& where) {
  std::vector<std::string> cells;
  cells.reserve(expected);
  cells.emplace_back();
  bool quoted = false;
  const auto first_line = line;
  while (at < text.size()) {
    // What stands before the next character that may mean something.
    const auto from = at;
    if (quoted) {
      at = std::min(text.find('"', at), text.size());
      line += static_cast<std::size_t>(std::count(text.begin() + from, text.begin() + at, '\n'));
    } else {
      while (at < text.size() && text[at] != form.separator && text[at] != '\n' && text[at] != '"' &&
             text[at] != '\r')
        ++at;
    }
    cells.back().append(text, from, at - from);
    if (at == text.size()) break;
    const char c = text[at++];
    if (quoted) {
      if (at < text.size() && text[at] == '"') {
        cells.back() += '"', ++at;
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      if (cells.back().empty()) {
        quoted = true;
      } else {
        cells.back() += c;
      }
    } else if (c == form.separator) {
      cells.emplace_back();
    } else if (c == '\n' || (c == '\r' && form.cr_alone)) {
      ++line;
      return cells;
    }
  }
  if (quoted) {
    throw Error("a quoted value opened here is never closed", where + ":" + std::to_string(first_line),
                "Close the quote, or restore the end of the file");
  }
  ++line;
  return cells;
}

// Blanks at the ends are no part of a value, neither are no-break spaces (U+00A0) and a stray byte-order
// mark.
void trim_cell(std::string& cell) {
  constexpr std::string_view more[] = {"\xc2\xa0", "\xef\xbb\xbf"};
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  std::string_view text = cell;
  for (bool again = true; again;) {
    again = false;
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    for (const auto mark : more) {
      if (text.starts_with(mark)) text.remove_prefix(mark.size()), again = true;
      if (text.ends_with(mark)) text.remove_suffix(mark.size()), again = true;
    }
  }
  if (text.size() == cell.size()) return;
  cell.erase(0, static_cast<std::size_t>(text.data() - cell.data())).resize(text.size());
}

// Excel's first line "sep=;" says the separator, and is no header.
std::optional<char> said_separator(std::string_view& text, std::size_t& line) {
  if (text.size() < 5 || !text.starts_with("sep=")) return std::nullopt;
  const char separator = text[4];
  const auto rest = text.substr(5);
  const std::size_t end = rest.starts_with("\r\n")                           ? 2
                          : rest.starts_with('\n') || rest.starts_with('\r') ? 1
                                                                             : 0;
  if (end == 0) return std::nullopt;
  text.remove_prefix(5 + end);
  ++line;
  return separator;
}

// What separates the names of the header line: a tab where there is any, else whichever of , and ; is there
// more often.
char separator_in(std::string_view text) {
  std::size_t commas = 0, semicolons = 0;
  bool quoted = false, any = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if ((c == '\n' || c == '\r') && any) break;
    any = any || (c != ' ' && c != '\n' && c != '\r');
    if (c == '\t') return '\t';
    commas += c == ',';
    semicolons += c == ';';
  }
  return semicolons > commas ? ';' : ',';
}

// A line that ends in CR alone (old Macs, Excel for Mac) makes all such ends lines; otherwise a stray CR is
// none.
bool ends_in_cr_alone(std::string_view text) {
  const auto first = text.find_first_of("\r\n");
  return first != std::string_view::npos && text[first] == '\r' && !text.substr(first + 1).starts_with('\n');
}

bool is_decimal_comma(const std::string& cell) {
  const auto comma = cell.find(',');
  if (comma == std::string::npos || cell.find(',', comma + 1) != std::string::npos) return false;
  auto text = cell;
  text[comma] = '.';
  return to_number(text).has_value();
}

// Where ; separates, as Excel writes in much of Europe, a column of numbers has decimal commas.
void mend_decimal_commas(Table& table) {
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    bool any = false, all = true;
    for (const auto& row : table.rows) {
      const bool comma = is_decimal_comma(row[c]);
      any = any || comma;
      all = all && (comma || row[c].empty() || to_number(row[c]));
      if (!all) break;
    }
    if (!any || !all) continue;
    for (auto& row : table.rows) std::replace(row[c].begin(), row[c].end(), ',', '.');
  }
}

bool all_blank(const std::vector<std::string>& cells) {
  return std::all_of(cells.begin(), cells.end(), [](const auto& cell) { return cell.empty(); });
}

void check_names(const std::vector<std::string>& names, const std::string& where) {
  std::set<std::string> seen;
  for (const auto& name : names)
    if (!seen.insert(name).second)
      throw Error("column '" + name + "' occurs twice", where, "Rename one of them");
}

[[noreturn]] void refuse_empty(const std::string& where) {
  throw Error("the file is empty", where, "A header line with column names is needed");
}

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\n\r") == std::string::npos) return cell;
  std::string text = "\"";
  for (char c : cell) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

}  // namespace

std::optional<std::size_t> Table::find(std::string_view name) const {
  const auto it = std::find(columns.begin(), columns.end(), name);
  if (it == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(it - columns.begin());
}

std::size_t Table::column(std::string_view name, const std::string& where) const {
  if (const auto index = find(name)) return *index;
  const auto near = nearest_word(name, columns);
  throw Error("there is no column '" + std::string(name) + "'", where,
              (near ? "Did you mean '" + *near + "'? " : "") + std::string("Columns present: ") +
                  join_some(columns, 12));
}

void Table::add_column(std::string name, std::vector<std::string> values) {
  if (columns.empty()) rows.resize(values.size());
  if (values.size() != rows.size()) throw Error("column '" + name + "' has another length than the table");
  columns.push_back(std::move(name));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].push_back(std::move(values[i]));
}

Table parse_csv(std::string_view text, const std::string& where) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  Table table;
  std::size_t at = 0, line = 1;
  const auto said = said_separator(text, line);
  const Form form{said ? *said : separator_in(text), ends_in_cr_alone(text)};
  while (at < text.size()) {
    const auto first_line = line;
    auto cells = record(text, at, line, form, std::max<std::size_t>(1, table.columns.size()), where);
    for (auto& cell : cells) trim_cell(cell);
    if (all_blank(cells) && (cells.size() == 1 || !table.columns.empty())) continue;
    if (table.columns.empty()) {
      table.columns = std::move(cells);
      check_names(table.columns, where);
      continue;
    }
    if (cells.size() != table.columns.size()) {
      throw Error("the row has " + std::to_string(cells.size()) + " values where the header names " +
                      std::to_string(table.columns.size()),
                  where + ":" + std::to_string(first_line),
                  "Mend the row (a stray comma, or a truncated file)");
    }
    table.rows.push_back(std::move(cells));
  }
  if (table.columns.empty()) refuse_empty(where);
  if (form.separator == ';') mend_decimal_commas(table);
  return table;
}

void tidy_table(Table& table, const std::string& where) {
  for (auto& name : table.columns) trim_cell(name);
  if (table.columns.empty()) refuse_empty(where);
  check_names(table.columns, where);
  for (auto& row : table.rows)
    for (auto& cell : row) trim_cell(cell);
  std::erase_if(table.rows, all_blank);
}

bool is_parquet_file(const std::filesystem::path& path) {
  std::array<char, 4> begin{};
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  return std::string_view(begin.data(), begin.size()) == "PAR1";
}

Table read_csv(const std::filesystem::path& path) {
  // Without Arrow C++ the reader of text says what the file is.
  if (is_parquet_file(path) && read_parquet_table.is_there()) return read_parquet_table(path);
  return parse_csv(read_text_file(path), path.string());
}

std::string csv_text(const Table& table) {
  std::string text;
  const auto add = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i) text += ',';
      text += quoted(cells[i]);
    }
    text += '\n';
  };
  add(table.columns);
  for (const auto& row : table.rows) add(row);
  return text;
}

void write_csv(const std::filesystem::path& path, const Table& table) {
  write_file_atomically(path, csv_text(table));
}

}  // namespace cytoscale
