// A dataset: numbers or text of any rank, read and written in ranges of its first dimension. Ours are
// contiguous, with space allocated at creation and never filled, so that a row written later touches no
// metadata (docs/architecture.md, rule 8). Writes are independent: ranks may write different ranges, or none,
// at any time. Throws Error naming file:/dataset. Collective: no.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hdf5/numbers.hpp"
#include "hdf5/object.hpp"

namespace cytoscale::hdf5 {

using Shape = std::vector<std::uint64_t>;  // empty: a scalar

enum class Kind { integer, floating, boolean, text, other };

class Dataset : public Object {
 public:
  Dataset() = default;
  Dataset(Handle handle, std::string where);  // reads shape and kind

  const Shape& shape() const { return shape_; }
  std::uint64_t rows() const { return shape_.empty() ? 1 : shape_[0]; }
  std::uint64_t row_size() const { return row_size_; }  // elements in one step of the first dimension
  std::uint64_t elements() const { return rows() * row_size_; }
  Kind kind() const { return kind_; }
  std::size_t element_bytes() const { return element_bytes_; }
  // Where its first element lies in the file, for reading without HDF5. Throws Error unless it is contiguous,
  // allocated and little-endian.
  std::uint64_t file_offset() const;
  // The same where all rows lie there as numbers of exactly this type; nothing where HDF5 has to read them.
  std::optional<std::uint64_t> file_offset_of(Number type) const;

  // Rows [first, first + count) from or to row-major memory of count * row_size() elements, converted to T.
  template <typename T>
  void write(std::uint64_t first, std::uint64_t count, std::span<const T> values) {
    write_numbers(number_of<T>(), first, count, values.data(), values.size());
  }
  template <typename T>
  void read(std::uint64_t first, std::uint64_t count, std::span<T> values) const {
    read_numbers(number_of<T>(), first, count, values.data(), values.size());
  }
  template <typename T>
  std::vector<T> read_all() const {
    std::vector<T> values(believable_elements());
    read<T>(0, rows(), std::span<T>(values));
    return values;
  }

  // Of a dataset made by create_boolean(): one value everywhere.
  void write_boolean(bool value);

  // Text of fixed length (bytes): as many as rows, cut to nothing longer than the width: longer ones throw.
  void write_text(std::uint64_t first, const std::vector<std::string>& texts);
  // All texts, of fixed or variable length.
  std::vector<std::string> read_texts() const;
  std::string read_text() const;  // of a dataset that holds exactly one
  // Variable-length text: serial files only (parallel HDF5 cannot write it).
  void write_variable_texts(const std::vector<std::string>& texts);

 private:
  // elements(), or an Error where what the file stores cannot hold so many: memory is taken only after.
  std::size_t believable_elements() const;
  void write_numbers(Number type, std::uint64_t first, std::uint64_t count, const void* from,
                     std::size_t size);
  void read_numbers(Number type, std::uint64_t first, std::uint64_t count, void* to, std::size_t size) const;
  Handle select(std::uint64_t first, std::uint64_t count, std::size_t size, Handle& memory) const;

  Shape shape_;
  std::uint64_t row_size_ = 1;
  Kind kind_ = Kind::other;
  std::size_t element_bytes_ = 0;
};

}  // namespace cytoscale::hdf5
