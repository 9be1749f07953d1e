// A column of texts, as tables of screens have them, in few bytes. Texts that recur (plates, compounds) are
// held once each, and a number of 4 bytes a row. Where most are their own (names of files) each is held as
// what it does not share with the one before: "r01c02f03-ch1.tiff" after "r01c02f02-ch1.tiff" takes 4 bytes.
// Which of the two it is follows from the texts alone. Copies share the memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/table/array.hpp"

namespace cytoscale {

class TextColumn {
 public:
  TextColumn() = default;
  explicit TextColumn(const std::vector<std::string>& texts);
  // So many rows of one text.
  TextColumn(std::size_t rows, std::string_view text);

  std::size_t size() const { return coded_ ? codes_.size() : count_; }
  bool empty() const { return size() == 0; }
  // The row must be there.
  std::string operator[](std::size_t row) const;
  void push_back(std::string_view text);
  // Takes long where texts do not recur.
  void set(std::size_t row, std::string_view text);

  // Goes over the rows, one after the other.
  class Cursor {
   public:
    explicit Cursor(const TextColumn& column) : column_(&column) {}
    // The next row's, valid until the next call. There must be one.
    std::string_view next();

   private:
    const TextColumn* column_;
    std::size_t row_ = 0, at_ = 0;
    std::string text_;
  };
  // As a container of texts, for few rows.
  using value_type = std::string;
  class const_iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string*;
    using reference = std::string;
    const_iterator() = default;
    const_iterator(const TextColumn& column, std::size_t row) : column_(&column), row_(row) {}
    std::string operator*() const { return (*column_)[row_]; }
    const_iterator& operator++() {
      ++row_;
      return *this;
    }
    const_iterator operator++(int) { return {*column_, row_++}; }
    bool operator==(const const_iterator& other) const { return row_ == other.row_; }

   private:
    const TextColumn* column_ = nullptr;
    std::size_t row_ = 0;
  };
  const_iterator begin() const { return {*this, 0}; }
  const_iterator end() const { return {*this, size()}; }

  // use(text), row by row.
  template <typename Use>
  void each(const Use& use) const {
    Cursor cursor(*this);
    for (std::size_t row = 0; row < size(); ++row) use(cursor.next());
  }

  // Numbers instead of texts: rows with one text have one number, which are 0, 1, … in the order in which
  // their texts appear first.
  struct Codes {
    std::vector<std::string> texts;  // by number
    Array<std::uint32_t> of;         // by row
  };
  Codes codes() const;
  // 1 where `is` holds of the text; it is asked once for texts that recur.
  std::vector<char> where(const std::function<bool(std::string_view)>& is) const;
  bool contains(std::string_view text) const;
  // Whether it holds of all texts; stops at the first of which it does not.
  bool all_of(const std::function<bool(std::string_view)>& is) const;

  // With `change` of each text; it is asked once for texts that recur.
  TextColumn changed(const std::function<std::string(std::string_view)>& change) const;
  // The rows named, in that order.
  TextColumn rows(std::span<const std::size_t> chosen) const;
  std::vector<std::string> texts() const;
  bool operator==(const TextColumn& other) const;

  // What it is made of, to store it and to make it anew.
  struct Parts {
    bool coded = true;
    std::uint64_t rows = 0;
    Array<char> bytes;
    Array<std::uint64_t> ends;
    Array<std::uint32_t> codes;
  };
  Parts parts() const { return {coded_, size(), bytes_, ends_, codes_}; }
  // Throws Error naming `where`: the parts contradict each other.
  static TextColumn of_parts(Parts parts, const std::string& where);
  std::size_t bytes() const;  // of memory

 private:
  std::string_view text(std::size_t number) const {
    const auto begin = number == 0 ? 0 : ends_[number - 1];
    return {bytes_.data() + begin, ends_[number] - begin};
  }
  void append_distinct(std::string_view text);
  void append_plain(std::string_view text);
  std::uint32_t number_of(std::string_view text);
  std::size_t slot_of(std::string_view text) const;
  void fill_slots();
  void stop_coding();
  void check(const std::string& where) const;

  bool coded_ = true;
  Array<char> bytes_;
  Array<std::uint64_t>
      ends_;  // coded: of each distinct text in bytes_; else where blocks of rows begin there
  Array<std::uint32_t> codes_;  // coded: by row
  std::size_t count_ = 0;       // plain: rows
  // While rows are added:
  std::vector<std::uint32_t> slots_;  // coded: hash table of the distinct texts' numbers plus 1
  std::string last_;                  // plain: the text of the last row
};

}  // namespace cytoscale
