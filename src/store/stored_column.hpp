// A column of numbers, a value per cell (or per field and channel): in memory, or in a file of which rows are
// read when they are asked for, so that a screen's cells need not stand in memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/system/random_access_file.hpp"
#include "core/table/array.hpp"

namespace cytoscale::store {

template <typename T>
class StoredColumn {
 public:
  StoredColumn() = default;
  StoredColumn(std::vector<T> values) : values_(std::move(values)) {}  // NOLINT: is one
  // `count` values of the file from this byte on.
  StoredColumn(std::shared_ptr<const RandomAccessFile> file, std::uint64_t at, std::size_t count)
      : file_(std::move(file)), at_(at), count_(count) {}

  std::size_t size() const { return file_ ? count_ : values_.size(); }
  bool empty() const { return size() == 0; }
  // Those rows must be there. Any thread may ask. Throws Error: the file cannot be read.
  std::vector<T> read(std::int64_t first, std::int64_t count) const {
    const auto from = static_cast<std::size_t>(first), size = static_cast<std::size_t>(count);
    if (!file_) return {values_.begin() + from, values_.begin() + from + size};
    std::vector<T> values(size);
    if (size > 0) file_->read(at_ + from * sizeof(T), std::as_writable_bytes(std::span(values)));
    return values;
  }
  // A single value: for few of them.
  T operator[](std::size_t row) const { return read(static_cast<std::int64_t>(row), 1).front(); }
  std::vector<T> all() const { return read(0, static_cast<std::int64_t>(size())); }

  // Of a column in memory.
  void push_back(T value) { values_.push_back(value); }
  void assign(std::size_t count, T value) { *this = std::vector<T>(count, value); }

 private:
  Array<T> values_;
  std::shared_ptr<const RandomAccessFile> file_;
  std::uint64_t at_ = 0;
  std::size_t count_ = 0;
};

}  // namespace cytoscale::store
