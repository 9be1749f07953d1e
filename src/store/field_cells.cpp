#include "store/field_cells.hpp"

#include <cstring>

#include "core/error.hpp"

namespace cytoscale::store {
namespace {

constexpr std::vector<float> FieldCells::*float_columns[] = {&FieldCells::y,
                                                             &FieldCells::x,
                                                             &FieldCells::area_px,
                                                             &FieldCells::mean_intensity,
                                                             &FieldCells::eccentricity,
                                                             &FieldCells::focus_score,
                                                             &FieldCells::saturated_fraction,
                                                             &FieldCells::brightest,
                                                             &FieldCells::brightest_pixels};

template <typename T>
void put(std::string& bytes, const T* values, std::size_t count) {
  bytes.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

template <typename T>
void put_column(std::string& bytes, const std::vector<T>& column) {
  const std::uint64_t size = column.size();
  put(bytes, &size, 1);
  put(bytes, column.data(), column.size());
}

class Unpacker {
 public:
  explicit Unpacker(const std::string& bytes) : bytes_(bytes) {}
  template <typename T>
  void get(T* values, std::size_t count) {
    if (count > (bytes_.size() - at_) / sizeof(T))
      throw Error("a record of cells is too short", "segment's journal",
                  "Run segment again with --overwrite");
    if (count > 0) std::memcpy(values, bytes_.data() + at_, count * sizeof(T));
    at_ += count * sizeof(T);
  }
  template <typename T>
  void get_column(std::vector<T>& column) {
    std::uint64_t size = 0;
    get(&size, 1);
    if (size > bytes_.size()) size = bytes_.size() + 1;  // get() will refuse it
    column.resize(static_cast<std::size_t>(size));
    get(column.data(), column.size());
  }

 private:
  const std::string& bytes_;
  std::size_t at_ = 0;
};

}  // namespace

std::string pack_cells(const FieldCells& cells) {
  std::string bytes;
  put(bytes, &cells.height, 1);
  put(bytes, &cells.width, 1);
  for (const auto column : float_columns) put_column(bytes, cells.*column);
  put_column(bytes, cells.border);
  put_column(bytes, cells.offset_taken_off);
  return bytes;
}

FieldCells unpack_cells(const std::string& bytes) {
  FieldCells cells;
  Unpacker unpacker(bytes);
  unpacker.get(&cells.height, 1);
  unpacker.get(&cells.width, 1);
  for (const auto column : float_columns) unpacker.get_column(cells.*column);
  unpacker.get_column(cells.border);
  unpacker.get_column(cells.offset_taken_off);
  return cells;
}

}  // namespace cytoscale::store
