#include "hdf5/dataset.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <stdexcept>

#include "core/error.hpp"
#include "hdf5/hdf5_error_internal.hpp"

namespace cytoscale::hdf5 {
namespace {

Kind kind_of(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return Kind::integer;
    case H5T_FLOAT:
      return Kind::floating;
    case H5T_STRING:
      return Kind::text;
    case H5T_ENUM:
      return Kind::boolean;
    default:
      return Kind::other;
  }
}

// A file may promise any shape. What is read whole must be stored, as it is or deflated (1032 to 1 at most);
// a little may be missing, which HDF5 fills in.
constexpr std::uint64_t most_expansion = 1100;
constexpr std::uint64_t most_filled_bytes = std::uint64_t{1} << 20;

// What a damaged file says of its own size is not believed either.
std::uint64_t size_of_file(hid_t object, const std::string& where) {
  const auto length = checked(H5Fget_name(object, nullptr, 0), "its file cannot be told", where);
  std::string path(static_cast<std::size_t>(length), '\0');
  checked(H5Fget_name(object, path.data(), path.size() + 1), "its file cannot be told", where);
  std::error_code unknown;
  const auto size = std::filesystem::file_size(path, unknown);
  return unknown ? std::numeric_limits<std::uint64_t>::max() : size;
}

// Products of these extents and of this size stay below 2^62, so that none of ours wraps around.
void check_shape(const Shape& shape, std::size_t element_bytes, const std::string& where) {
  constexpr std::uint64_t limit = std::uint64_t{1} << 62;
  std::uint64_t bytes = std::max<std::size_t>(element_bytes, 1);
  for (const std::uint64_t extent : shape) {
    if (extent > limit / bytes) throw Error("its shape is beyond all memory", where, "The file is damaged");
    bytes *= std::max<std::uint64_t>(extent, 1);
  }
}

// The text in a field of fixed width, without its padding.
std::string unpadded(const char* from, std::size_t width, H5T_str_t padding) {
  std::string text(from, width);
  if (padding == H5T_STR_SPACEPAD) {
    text.erase(text.find_last_not_of(' ') + 1);
  } else if (padding == H5T_STR_NULLTERM) {
    text.resize(std::min(text.size(), text.find('\0')));
  } else {
    text.erase(text.find_last_not_of('\0') + 1);
  }
  return text;
}

}  // namespace

Dataset::Dataset(Handle handle, std::string where) : Object(std::move(handle), std::move(where)) {
  const Handle space = own(H5Dget_space(id()), "the shape cannot be read", where_);
  const int dimensions = checked(H5Sget_simple_extent_ndims(space.id()), "the shape cannot be read", where_);
  shape_.resize(static_cast<std::size_t>(dimensions));
  std::vector<hsize_t> extents(shape_.size());
  if (dimensions > 0) H5Sget_simple_extent_dims(space.id(), extents.data(), nullptr);
  std::copy(extents.begin(), extents.end(), shape_.begin());
  const Handle type = own(H5Dget_type(id()), "the type cannot be read", where_);
  kind_ = kind_of(type.id());
  element_bytes_ = H5Tget_size(type.id());
  if (element_bytes_ == 0) throw Error("its type cannot be read", where_, "The file is damaged");
  check_shape(shape_, element_bytes_, where_);
  for (std::size_t i = 1; i < shape_.size(); ++i) row_size_ *= shape_[i];
}

std::size_t Dataset::believable_elements() const {
  const std::uint64_t bytes = elements() * element_bytes_,
                      stored = std::min<std::uint64_t>(H5Dget_storage_size(id()), size_of_file(id(), where_));
  if (bytes > most_filled_bytes && (bytes - most_filled_bytes) / most_expansion > stored) {
    throw Error(
        "its shape promises " + std::to_string(bytes) + " bytes, the file stores " + std::to_string(stored),
        where_, "The file is damaged, or was never filled: make it again");
  }
  return elements();
}

std::uint64_t Dataset::file_offset() const {
  const Handle type = own(H5Dget_type(id()), "the type cannot be read", where_);
  const haddr_t offset = H5Dget_offset(id());
  if (offset == HADDR_UNDEF || (element_bytes_ > 1 && H5Tget_order(type.id()) != H5T_ORDER_LE)) {
    throw Error("it cannot be read in place: not contiguous, or not little-endian", where_,
                "The file was rewritten by another program: make it anew");
  }
  return offset;
}

std::optional<std::uint64_t> Dataset::file_offset_of(Number number) const {
  const Handle type = own(H5Dget_type(id()), "the type cannot be read", where_), wanted = number_type(number);
  const haddr_t offset = H5Dget_offset(id());
  if (offset == HADDR_UNDEF || H5Tequal(type.id(), wanted.id()) <= 0 ||
      H5Dget_storage_size(id()) != elements() * element_bytes_)
    return std::nullopt;
  return offset;
}

Handle Dataset::select(std::uint64_t first, std::uint64_t count, std::size_t size, Handle& memory) const {
  if (size != count * row_size_)
    throw Error("memory does not fit the rows to be moved", where_, "This is a defect: please report it");
  if (first + count > rows() || first + count < first) {
    throw Error("rows " + std::to_string(first) + " to " + std::to_string(first + count) +
                    " are asked for, it has " + std::to_string(rows()),
                where_);
  }
  Handle space = own(H5Dget_space(id()), "the shape cannot be read", where_);
  if (!shape_.empty()) {
    std::vector<hsize_t> start(shape_.size(), 0), extent(shape_.begin(), shape_.end());
    start[0] = first;
    extent[0] = count;
    checked(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr),
            "rows cannot be selected", where_);
  }
  const hsize_t elements = size;
  memory = own(H5Screate_simple(1, &elements, nullptr), "no dataspace", where_);
  return space;
}

void Dataset::write_numbers(Number number, std::uint64_t first, std::uint64_t count, const void* from,
                            std::size_t size) {
  Handle memory;
  const Handle space = select(first, count, size, memory);
  if (size == 0) return;
  const Handle type = number_type(number);
  if (H5Dwrite(id(), type.id(), memory.id(), space.id(), H5P_DEFAULT, from) < 0) {
    fail("rows cannot be written", where_, "Check the free space, the quota and the file system");
  }
}

void Dataset::read_numbers(Number number, std::uint64_t first, std::uint64_t count, void* to,
                           std::size_t size) const {
  if (kind_ == Kind::text || kind_ == Kind::other) throw Error("numbers are expected here", where_);
  Handle memory;
  const Handle space = select(first, count, size, memory);
  if (size == 0) return;
  const Handle type = number_type(number);
  if (H5Dread(id(), type.id(), memory.id(), space.id(), H5P_DEFAULT, to) < 0) {
    fail("rows cannot be read", where_, "The file may be damaged");
  }
}

void Dataset::write_boolean(bool value) {
  const std::vector<std::int8_t> bytes(elements(), value ? 1 : 0);
  const Handle type = boolean_type();
  checked(H5Dwrite(id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "cannot be written",
          where_);
}

void Dataset::write_text(std::uint64_t first, const std::vector<std::string>& texts) {
  const std::size_t width = element_bytes_;
  std::string bytes(texts.size() * width, '\0');
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() > width) {
      throw Error("\"" + texts[i] + "\" is longer than the " + std::to_string(width) + " bytes there are",
                  where_);
    }
    std::copy(texts[i].begin(), texts[i].end(), bytes.begin() + static_cast<std::ptrdiff_t>(i * width));
  }
  Handle memory;
  const Handle space = select(first, texts.size(), texts.size() * row_size_, memory);
  if (texts.empty()) return;
  const Handle type = text_type(width);
  if (H5Dwrite(id(), type.id(), memory.id(), space.id(), H5P_DEFAULT, bytes.data()) < 0) {
    fail("text cannot be written", where_, "Check the free space, the quota and the file system");
  }
}

void Dataset::write_variable_texts(const std::vector<std::string>& texts) {
  if (texts.size() != elements())
    throw Error("as many texts as elements are needed", where_, "This is a defect: please report it");
  std::vector<const char*> pointers;
  for (const auto& text : texts) pointers.push_back(text.c_str());
  if (texts.empty()) return;
  const Handle type = text_type(0);
  if (H5Dwrite(id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0) {
    fail("text cannot be written", where_, "Check the free space, the quota and the file system");
  }
}

std::vector<std::string> Dataset::read_texts() const {
  if (kind_ != Kind::text) throw Error("text is expected here", where_);
  std::vector<std::string> texts(believable_elements());
  if (texts.empty()) return texts;
  const Handle type = own(H5Dget_type(id()), "the type cannot be read", where_);
  if (H5Tis_variable_str(type.id()) > 0) {
    std::vector<char*> pointers(texts.size(), nullptr);
    checked(H5Dread(id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), "text cannot be read",
            where_);
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = pointers[i] == nullptr ? "" : pointers[i];
    const Handle space = own(H5Dget_space(id()), "the shape cannot be read", where_);
    H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, pointers.data());
    return texts;
  }
  std::string bytes(texts.size() * element_bytes_, '\0');
  checked(H5Dread(id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "text cannot be read",
          where_);
  const H5T_str_t padding = H5Tget_strpad(type.id());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i] = unpadded(bytes.data() + i * element_bytes_, element_bytes_, padding);
  }
  return texts;
}

std::string Dataset::read_text() const {
  if (elements() != 1) throw Error("one text is expected here", where_, "The file is damaged");
  return read_texts().front();
}

}  // namespace cytoscale::hdf5
