#include "core/table/table.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale {
namespace {

[[noreturn]] void refuse_length(std::size_t length, std::size_t columns) {
  throw Error(
      "a row of " + std::to_string(length) + " values in a table of " + std::to_string(columns) + " columns",
      "table", "This is a defect: please report it");
}

}  // namespace

TableRows::TableRows(std::initializer_list<Row> rows) {
  for (const auto& row : rows) push_back(row);
}

const TableRows::Row TableRows::operator[](std::size_t row) const {  // NOLINT
  Row texts;
  texts.reserve(columns_.size());
  for (const auto& column : columns_) texts.push_back(column[row]);
  return texts;
}

void TableRows::push_back(const Row& row) {
  const std::vector<std::string_view> views(row.begin(), row.end());
  add(views);
}

void TableRows::add(std::span<const std::string_view> row) {
  if (size_ == 0) columns_.resize(row.size());
  if (row.size() != columns_.size()) refuse_length(row.size(), columns_.size());
  for (std::size_t c = 0; c < row.size(); ++c) columns_[c].push_back(row[c]);
  ++size_;
}

void TableRows::set(std::size_t row, std::size_t column, std::string_view text) {
  columns_.at(column).set(row, text);
}

void TableRows::resize_empty(std::size_t rows) {
  columns_.clear();
  size_ = rows;
}

void TableRows::keep(const std::vector<char>& mask) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < size_; ++row)
    if (mask[row]) rows.push_back(row);
  if (rows.size() < size_) pick(rows);
}

void TableRows::pick(std::span<const std::size_t> rows) {
  for (auto& column : columns_) column = column.rows(rows);
  size_ = rows.size();
}

const TextColumn& TableRows::column(std::size_t index) const {
  static const TextColumn none;
  return size_ == 0 ? none : columns_.at(index);
}

void TableRows::set_column(std::size_t index, TextColumn texts) {
  if (size_ == 0) return;
  if (texts.size() != size_) refuse_length(texts.size(), size_);
  columns_.at(index) = std::move(texts);
}

void TableRows::add_column(TextColumn texts) {
  if (texts.size() != size_) refuse_length(texts.size(), size_);
  columns_.push_back(std::move(texts));
}

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

void Table::add_column(std::string name, const std::vector<std::string>& values) {
  add_column(std::move(name), TextColumn(values));
}

void Table::add_column(std::string name, TextColumn values) {
  if (columns.empty()) rows.resize_empty(values.size());
  if (values.size() != rows.size()) throw Error("column '" + name + "' has another length than the table");
  columns.push_back(std::move(name));
  if (!rows.empty()) rows.add_column(std::move(values));
}

}  // namespace cytoscale
