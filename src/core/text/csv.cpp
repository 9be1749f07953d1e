#include "core/text/csv.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <set>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/text.hpp"

namespace cytoscale {
namespace {

// Reads one record starting at `at`; advances `at` and `line` past it. `expected`: how many cells are likely.
std::vector<std::string> record(std::string_view text, std::size_t& at, std::size_t& line, char separator,
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
      while (at < text.size() && text[at] != separator && text[at] != '\n' && text[at] != '"' &&
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
    } else if (c == separator) {
      cells.emplace_back();
    } else if (c == '\n') {
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

// Where the text stops being UTF-8 (RFC 3629: no overlong forms, no surrogates); none where all of it is.
std::optional<std::size_t> first_not_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  for (std::size_t i = 0; i < text.size();) {
    std::uint64_t eight = 0;  // most text is ASCII
    if (i + sizeof eight <= text.size()) {
      std::memcpy(&eight, text.data() + i, sizeof eight);
      if ((eight & 0x8080808080808080u) == 0) {
        i += sizeof eight;
        continue;
      }
    }
    const auto first = byte(i), second = byte(i + 1);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xc2 ? 0
                               : first < 0xe0 ? 2
                               : first < 0xf0 ? 3
                               : first < 0xf5 ? 4
                                              : 0;
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool beyond = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
    bool good = length > 0 && !overlong && !beyond;
    for (std::size_t k = 1; k < length; ++k) good = good && follows(i + k);
    if (!good) return i;
    i += length;
  }
  return std::nullopt;
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

Table parse_csv(std::string_view text, const std::string& where, char separator) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  Table table;
  std::size_t at = 0, line = 1;
  while (at < text.size()) {
    const auto first_line = line;
    auto cells = record(text, at, line, separator, std::max<std::size_t>(1, table.columns.size()), where);
    if (cells.size() == 1 && trim(cells[0]).empty()) continue;
    if (table.columns.empty()) {
      for (auto& cell : cells) cell = trim(cell);
      table.columns = std::move(cells);
      std::set<std::string> seen;
      for (const auto& name : table.columns) {
        if (!seen.insert(name).second)
          throw Error("column '" + name + "' occurs twice", where, "Rename one of them");
      }
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
  if (table.columns.empty())
    throw Error("the file is empty", where, "A header line with column names is needed");
  return table;
}

Table read_csv(const std::filesystem::path& path, char separator) {
  const auto text = read_file(path);
  if (const auto at = first_not_utf8(text)) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*at), '\n');
    throw Error("the text is not UTF-8", path.string() + ":" + std::to_string(line),
                "Save the file as CSV in UTF-8, or convert it, e.g. iconv -f WINDOWS-1252 -t UTF-8");
  }
  return parse_csv(text, path.string(), separator);
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
