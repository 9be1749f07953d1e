// Tables of text, held by column: screens of millions of fields are such tables.
#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/table/text_column.hpp"

namespace cytoscale {

// Rows of texts, each as long as the others. A row that is asked for is put together of its columns: loops
// over many rows go over columns instead.
class TableRows {
 public:
  using Row = std::vector<std::string>;
  TableRows() = default;
  TableRows(std::initializer_list<Row> rows);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Row operator[](std::size_t row) const;           // NOLINT: what is written to it would be lost
  const Row front() const { return (*this)[0]; }         // NOLINT
  const Row back() const { return (*this)[size_ - 1]; }  // NOLINT
  std::string at(std::size_t row, std::size_t column) const { return columns_.at(column)[row]; }
  bool operator==(const TableRows& other) const = default;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Row;
    using difference_type = std::ptrdiff_t;
    using pointer = const Row*;
    using reference = const Row;
    Iterator(const TableRows& rows, std::size_t row) : rows_(&rows), row_(row) {}
    const Row operator*() const { return (*rows_)[row_]; }  // NOLINT
    Iterator& operator++() {
      ++row_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return row_ == other.row_; }

   private:
    const TableRows* rows_;
    std::size_t row_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size_}; }

  // Throws Error: of another length than the rows that are there.
  void push_back(const Row& row);
  void add(std::span<const std::string_view> row);
  void set(std::size_t row, std::size_t column, std::string_view text);
  // Rows without a value, to which columns can be added.
  void resize_empty(std::size_t rows);
  // Those that are marked, or named in this order.
  void keep(const std::vector<char>& mask);
  void pick(std::span<const std::size_t> rows);

  // A column; without a text where no row is there yet.
  const TextColumn& column(std::size_t index) const;
  void set_column(std::size_t index, TextColumn texts);
  void add_column(TextColumn texts);

 private:
  std::size_t size_ = 0;
  std::vector<TextColumn> columns_;  // empty while there is no row
};

struct Table {
  std::vector<std::string> columns;
  TableRows rows;

  std::optional<std::size_t> find(std::string_view column) const;
  // Throws Error naming `where`, the missing column and those present.
  std::size_t column(std::string_view column, const std::string& where = "table") const;
  void add_column(std::string name, const std::vector<std::string>& values);
  void add_column(std::string name, TextColumn values);
  bool operator==(const Table& other) const = default;
};

}  // namespace cytoscale
