// Reads a table from text that comes part by part (core/table/csv.hpp says what is read). Collective: no.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/table/table.hpp"

namespace cytoscale {

class CsvReader {
 public:
  // `where` names the file in errors.
  explicit CsvReader(std::string where) : where_(std::move(where)) {}
  // Throws Error: a row of another length than the header, a duplicate column.
  void add(std::string_view part);
  // After the last part. Throws Error: an unclosed quote, no header.
  Table finish();
  char separator() const { return separator_; }

 private:
  using Cells = std::vector<std::string_view>;
  bool find_form();
  void take_records();
  bool take_plain_record(Cells& cells);
  bool take_record(Cells& cells);
  void add_record(Cells& cells, std::size_t first_line);

  std::string where_;
  std::string text_;  // from the first record that is not complete
  std::size_t at_ = 0, line_ = 1;
  std::size_t enough_ = 0;  // characters from at_ on, before it is worth looking for a record's end again
  bool form_known_ = false, last_ = false;
  char separator_ = ',';
  bool cr_alone_ = false;           // lines end in CR
  std::vector<std::string> taken_;  // of a record with quotes
  Table table_;
};

// A value without the blanks around it: also no-break spaces (U+00A0) and stray byte-order marks.
std::string_view trimmed_cell(std::string_view text);
// Throws Error: there is none, or one occurs twice.
void check_column_names(const std::vector<std::string>& names, const std::string& where);

}  // namespace cytoscale
