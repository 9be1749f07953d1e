// Tables of text: RFC 4180 CSV in and out. Manifests and profile tables have columns known only at run time,
// which rules out readers with a compile-time column count.
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cytoscale {

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // every row as long as columns

  std::optional<std::size_t> find(std::string_view column) const;
  // Throws Error naming `where`, the missing column and those present.
  std::size_t column(std::string_view column, const std::string& where = "table") const;
  void add_column(std::string name, std::vector<std::string> values);
};

// Quoted fields, embedded separators, quotes and newlines, CRLF, a UTF-8 byte-order mark. A first line
// decides the columns; blank lines are skipped. Throws Error: unreadable, empty, a duplicate column, a row of
// another length (with its line number), an unclosed quote.
Table read_csv(const std::filesystem::path& path, char separator = ',');
Table parse_csv(std::string_view text, const std::string& where, char separator = ',');

// Written beside and renamed (docs/architecture.md, rule 8).
void write_csv(const std::filesystem::path& path, const Table& table);
std::string csv_text(const Table& table);

}  // namespace cytoscale
