#include "core/table/csv_reader.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>

#include "core/error.hpp"

namespace cytoscale {
namespace {

// Excel's first line "sep=;" says the separator, and is no header: the separator, and how long the line is.
struct Said {
  char separator;
  std::size_t length;
};
std::optional<Said> said_separator(std::string_view text) {
  if (text.size() < 5 || !text.starts_with("sep=")) return std::nullopt;
  const auto rest = text.substr(5);
  const std::size_t end = rest.starts_with("\r\n")                           ? 2
                          : rest.starts_with('\n') || rest.starts_with('\r') ? 1
                                                                             : 0;
  if (end == 0) return std::nullopt;
  return Said{text[4], 5 + end};
}

// What separates the names of the header line: a tab where there is any, else whichever of , and ; is there
// more often. Nothing while the line has not ended.
std::optional<char> separator_in(std::string_view text, bool last) {
  std::size_t commas = 0, semicolons = 0;
  bool quoted = false, any = false, ended = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    ended = (c == '\n' || c == '\r') && any;
    if (ended) break;
    any = any || (c != ' ' && c != '\n' && c != '\r');
    if (c == '\t') return '\t';
    commas += c == ',';
    semicolons += c == ';';
  }
  if (!ended && !last) return std::nullopt;
  return semicolons > commas ? ';' : ',';
}

// A line that ends in CR alone (old Macs, Excel for Mac) makes all such ends lines; otherwise a stray CR is
// none.
bool ends_in_cr_alone(std::string_view text) {
  const auto first = text.find_first_of("\r\n");
  return first != std::string_view::npos && text[first] == '\r' && !text.substr(first + 1).starts_with('\n');
}

bool all_blank(const std::vector<std::string_view>& cells) {
  return std::all_of(cells.begin(), cells.end(), [](const auto& cell) { return cell.empty(); });
}

}  // namespace

std::string_view trimmed_cell(std::string_view text) {
  constexpr std::string_view more[] = {"\xc2\xa0", "\xef\xbb\xbf"};
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  for (bool again = true; again;) {
    again = false;
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    for (const auto mark : more) {
      if (text.starts_with(mark)) text.remove_prefix(mark.size()), again = true;
      if (text.ends_with(mark)) text.remove_suffix(mark.size()), again = true;
    }
  }
  return text;
}

void check_column_names(const std::vector<std::string>& names, const std::string& where) {
  if (names.empty()) throw Error("the file is empty", where, "A header line with column names is needed");
  std::set<std::string> seen;
  for (const auto& name : names)
    if (!seen.insert(name).second)
      throw Error("column '" + name + "' occurs twice", where, "Rename one of them");
}

void CsvReader::add(std::string_view part) {
  text_.erase(0, at_);
  at_ = 0;
  text_ += part;
  if (!last_ && text_.size() < enough_) return;
  if (form_known_ || find_form()) take_records();
  enough_ = 2 * (text_.size() - at_);
}

Table CsvReader::finish() {
  last_ = true;
  add({});
  check_column_names(table_.columns, where_);
  return std::move(table_);
}

// From the first lines; false while they are not there.
bool CsvReader::find_form() {
  const auto text = std::string_view(text_);
  const auto said = said_separator(text);
  const auto rest = text.substr(said ? said->length : 0);
  const auto separator = separator_in(rest, last_);
  // What follows a CR tells whether it ends a line.
  const auto end = rest.find_first_of("\r\n");
  if (!last_ && (!separator || end >= rest.size() - 1)) return false;
  separator_ = said ? said->separator : *separator;
  cr_alone_ = ends_in_cr_alone(rest);
  if (said) at_ = said->length, ++line_;
  return form_known_ = true;
}

void CsvReader::take_records() {
  Cells cells;
  for (;;) {
    const auto first_line = line_;
    if (at_ == text_.size() || !(take_plain_record(cells) || take_record(cells))) return;
    add_record(cells, first_line);
  }
}

// A record on one line without quotes or stray CRs; false where it is another, or has not ended.
bool CsvReader::take_plain_record(Cells& cells) {
  if (cr_alone_) return false;
  const char* begin = text_.data() + at_;
  const auto* end = static_cast<const char*>(std::memchr(begin, '\n', text_.size() - at_));
  if (end == nullptr) return false;
  auto line = std::string_view(begin, static_cast<std::size_t>(end - begin));
  at_ += line.size() + 1;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.find_first_of("\"\r") != std::string_view::npos) {
    at_ = static_cast<std::size_t>(begin - text_.data());
    return false;
  }
  cells.clear();
  for (std::size_t from = 0;;) {
    const auto to = line.find(separator_, from);
    cells.push_back(line.substr(from, to - from));
    if (to == std::string_view::npos) break;
    from = to + 1;
  }
  ++line_;
  return true;
}

// Any record; false while it has not ended.
bool CsvReader::take_record(Cells& cells) {
  const std::string_view text = text_;
  taken_.assign(1, {});
  bool quoted = false, ended = last_;
  auto at = at_, lines = line_;
  while (at < text.size()) {
    // What stands before the next character that may mean something.
    const auto from = at;
    if (quoted) {
      at = std::min(text.find('"', at), text.size());
      lines += static_cast<std::size_t>(std::count(text.begin() + from, text.begin() + at, '\n'));
    } else {
      while (at < text.size() && text[at] != separator_ && text[at] != '\n' && text[at] != '"' &&
             text[at] != '\r')
        ++at;
    }
    taken_.back().append(text, from, at - from);
    if (at == text.size()) break;
    const char c = text[at++];
    if (quoted) {
      if (at < text.size() && text[at] == '"') {
        taken_.back() += '"', ++at;
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      if (taken_.back().empty()) {
        quoted = true;
      } else {
        taken_.back() += c;
      }
    } else if (c == separator_) {
      taken_.emplace_back();
    } else if (c == '\n' || (c == '\r' && cr_alone_)) {
      ended = true;
      break;
    }
  }
  if (!ended) return false;
  if (quoted)
    throw Error("a quoted value opened here is never closed", where_ + ":" + std::to_string(line_),
                "Close the quote, or restore the end of the file");
  at_ = at;
  line_ = lines + 1;
  cells.assign(taken_.begin(), taken_.end());
  return true;
}

void CsvReader::add_record(Cells& cells, std::size_t first_line) {
  for (auto& cell : cells) cell = trimmed_cell(cell);
  if (all_blank(cells) && (cells.size() == 1 || !table_.columns.empty())) return;
  if (table_.columns.empty()) {
    table_.columns.assign(cells.begin(), cells.end());
    return check_column_names(table_.columns, where_);
  }
  if (cells.size() != table_.columns.size())
    throw Error("the row has " + std::to_string(cells.size()) + " values where the header names " +
                    std::to_string(table_.columns.size()),
                where_ + ":" + std::to_string(first_line),
                "Mend the row (a stray comma, or a truncated file)");
  table_.rows.add(cells);
}

}  // namespace cytoscale
