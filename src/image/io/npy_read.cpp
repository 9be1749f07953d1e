#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/text.hpp"
#include "core/text/whole_number.hpp"
#include "image/io/npy.hpp"

namespace cytoscale::image {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::int64_t largest_side = 1 << 20;

struct Header {
  std::string_view text;  // a Python dictionary
  std::size_t end = 0;    // of it in the file
};

[[noreturn]] void refuse(const std::string& what, const std::string& where,
                         const std::string& remedy = "Save it again with numpy.save") {
  throw Error(what, where, remedy);
}

Header header_of(std::string_view bytes, const std::string& where) {
  if (!bytes.starts_with(magic) || bytes.size() < 12) refuse("this is not a NumPy file (.npy)", where);
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const auto version = byte(6);
  if (version < 1 || version > 3)
    refuse("the NumPy file is of version " + std::to_string(version) + ", 1 to 3 are known", where);
  const std::size_t begin = version == 1 ? 10 : 12;
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > bytes.size() - begin) refuse("the file ends in its header", where, "Copy it again");
  return {bytes.substr(begin, length), begin + length};
}

// What follows 'key': in the dictionary.
std::string_view value_of(const Header& header, const std::string& key, const std::string& where) {
  const auto at = header.text.find("'" + key + "':");
  if (at == std::string_view::npos) refuse("the header of the NumPy file has no '" + key + "'", where);
  auto rest = header.text.substr(at + key.size() + 3);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

std::optional<PixelType> type_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, PixelType>, 11> types = {{{"u1", PixelType::u8},
                                                                             {"i1", PixelType::i8},
                                                                             {"u2", PixelType::u16},
                                                                             {"i2", PixelType::i16},
                                                                             {"u4", PixelType::u32},
                                                                             {"i4", PixelType::i32},
                                                                             {"u8", PixelType::u64},
                                                                             {"i8", PixelType::i64},
                                                                             {"f2", PixelType::f16},
                                                                             {"f4", PixelType::f32},
                                                                             {"f8", PixelType::f64}}};
  for (const auto& [own, type] : types)
    if (name == own) return type;
  return std::nullopt;
}

struct Array {
  PixelType type = PixelType::f32;
  bool swapped = false;  // of the other byte order than this machine's
  bool by_columns = false;
  PictureSize size;
};

Array array_of(const Header& header, const std::string& where) {
  Array array;
  const auto descr = value_of(header, "descr", where);
  const auto name =
      descr.starts_with('\'') ? descr.substr(1, descr.find('\'', 1) - 1) : std::string_view("?");
  const auto type = name.size() == 3 ? type_of(name.substr(1)) : std::nullopt;
  if (!type) refuse("its values are of type '" + std::string(name) + "', not numbers", where);
  array.type = *type;
  array.swapped = name[0] == (std::endian::native == std::endian::little ? '>' : '<');
  array.by_columns = value_of(header, "fortran_order", where).starts_with("True");
  const auto shape = value_of(header, "shape", where);
  const auto close = shape.find(')');
  if (!shape.starts_with('(') || close == std::string_view::npos)
    refuse("the header of the NumPy file has no shape", where);
  const std::string inside(shape.substr(1, close - 1));
  std::vector<int> sides;
  for (const auto& part : split_list(inside, ',')) {
    if (trim(part).empty()) continue;
    const auto side = to_whole_number(trim(part), 0, largest_side);
    if (!side) refuse("its shape is (" + inside + ")", where);
    sides.push_back(static_cast<int>(*side));
  }
  if (sides.size() != 2 || sides[0] == 0 || sides[1] == 0)
    refuse("its shape is (" + inside + "): one plane is needed, rows and columns", where);
  array.size = {sides[0], sides[1]};
  return array;
}

// Pixel by pixel, in rows and this machine's byte order.
void put_pixels(const Array& array, const char* from, std::vector<std::byte>& to) {
  const auto bytes = size_of(array.type);
  const auto height = static_cast<std::size_t>(array.size.height),
             width = static_cast<std::size_t>(array.size.width);
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x) {
      const auto at = array.by_columns ? x * height + y : y * width + x;
      auto* pixel = to.data() + (y * width + x) * bytes;
      std::memcpy(pixel, from + at * bytes, bytes);
      if (array.swapped) std::reverse(pixel, pixel + bytes);
    }
}

}  // namespace

RawPlane read_npy(const std::filesystem::path& path) {
  const auto where = path.string();
  const auto bytes = read_file(path);
  const auto header = header_of(bytes, where);
  const auto array = array_of(header, where);
  const auto wanted = array.size.pixels() * size_of(array.type);
  if (bytes.size() - header.end != wanted)
    refuse("the file has " + std::to_string(bytes.size() - header.end) + " bytes of values, " +
               std::to_string(wanted) + " are needed",
           where, "Copy it again");
  RawPlane plane{array.size.height, array.size.width, array.type, static_cast<int>(8 * size_of(array.type)),
                 std::vector<std::byte>(wanted)};
  put_pixels(array, bytes.data() + header.end, plane.bytes);
  return plane;
}

}  // namespace cytoscale::image
