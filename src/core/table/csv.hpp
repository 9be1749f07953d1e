// Tables of text: CSV in and out. Manifests and profile tables have columns known only at run time,
// which rules out readers with a compile-time column count.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "core/table/table.hpp"

namespace cytoscale {

// RFC 4180 and what people have beside it: separated by commas, semicolons (then numbers may have decimal
// commas) or tabs, whichever the header line has; lines that end in LF, CRLF or CR; Excel's first line
// "sep=;". Blanks around a value or name are no part of it. The first line decides the columns; lines without
// a value are skipped. read_csv() takes the text as read_text_file() does (UTF-8, UTF-16, gzip). Throws
// Error: unreadable, no text, empty, a duplicate column, a row of another length (with its line number), an
// unclosed quote.
// A file that is Parquet (core/table/parquet_table.hpp) is such a table, too, where Arrow C++ is at hand.
Table read_csv(const std::filesystem::path& path);
Table parse_csv(std::string_view text, const std::string& where);

// What read_csv() makes of values and names from elsewhere: blanks around them are no part of them, rows
// without a value are left out. Throws Error: no column, or a duplicate one.
void tidy_table(Table& table, const std::string& where);

// Written beside and renamed (docs/architecture.md, rule 8).
void write_csv(const std::filesystem::path& path, const Table& table);
std::string csv_text(const Table& table);

}  // namespace cytoscale
