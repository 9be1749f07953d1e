#include "hdf5_drawing.hpp"

#include <array>
#include <vector>

namespace cytoscale::fuzz {
namespace {

hid_t text_of(std::size_t width, H5T_str_t padding) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, width);
  if (width != H5T_VARIABLE) H5Tset_strpad(type, padding);
  return type;
}

}  // namespace

hid_t drawn_type(Choices& choices) {
  const std::array simple = {H5T_STD_I8LE,  H5T_STD_U8LE,    H5T_STD_I16LE,  H5T_STD_I32LE,
                             H5T_STD_I64LE, H5T_STD_U64BE,   H5T_IEEE_F32LE, H5T_IEEE_F64LE,
                             H5T_STD_B8LE,  H5T_STD_REF_OBJ, H5T_STD_U32LE};
  const std::size_t choice = choices.below(simple.size() + 9);
  if (choice < simple.size()) return H5Tcopy(simple[choice]);
  switch (choice - simple.size()) {
    case 0:
      return text_of(H5T_VARIABLE, H5T_STR_NULLTERM);
    case 1:
      return text_of(1, H5T_STR_NULLPAD);
    case 2:
      return text_of(7, H5T_STR_SPACEPAD);
    case 3:
      return text_of(std::size_t{1} << 30, H5T_STR_NULLTERM);
    case 4: {
      const hid_t type = H5Tenum_create(H5T_STD_I8LE);
      const std::int8_t value = 1;
      H5Tenum_insert(type, "TRUE", &value);
      return type;
    }
    case 5: {
      const hid_t type = H5Tcreate(H5T_COMPOUND, 12);
      H5Tinsert(type, "r", 0, H5T_IEEE_F32LE);
      H5Tinsert(type, "i", 4, H5T_STD_I64LE);
      return type;
    }
    case 6:
      return H5Tcreate(H5T_OPAQUE, 5);
    case 7: {
      const hsize_t three = 3;
      return H5Tarray_create2(H5T_STD_I32LE, 1, &three);
    }
    default:
      return H5Tvlen_create(H5T_STD_I32LE);
  }
}

hid_t drawn_space(Choices& choices) {
  const auto rank = choices.below(6);
  if (rank == 0) return H5Screate(H5S_SCALAR);
  if (rank == 5) return H5Screate(H5S_NULL);
  constexpr std::array<hsize_t, 14> extents = {0,
                                               1,
                                               2,
                                               3,
                                               4,
                                               5,
                                               21,
                                               22,
                                               hsize_t{1} << 20,
                                               hsize_t{1} << 31,
                                               hsize_t{1} << 32,
                                               hsize_t{1} << 61,
                                               hsize_t{1} << 62,
                                               hsize_t{1} << 63};
  std::vector<hsize_t> shape(rank);
  for (auto& extent : shape) extent = extents[choices.below(extents.size())];
  return H5Screate_simple(static_cast<int>(rank), shape.data(), nullptr);
}

void write_drawn(Choices& choices, hid_t type, hid_t space, const std::function<void(const void*)>& write) {
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (count <= 0 || count > most_elements || H5Tget_size(type) > 64) return;
  if (H5Tis_variable_str(type) > 0) {
    constexpr std::array<const char*, 6> texts = {"", "A01", "conv1", "encoding", "\xff\xfe", "-1"};
    std::vector<const char*> values(static_cast<std::size_t>(count));
    for (auto& value : values) value = texts[choices.below(texts.size())];
    write(values.data());
  } else if (H5Tdetect_class(type, H5T_VLEN) <= 0 && H5Tget_class(type) != H5T_REFERENCE) {
    std::vector<std::uint8_t> values(static_cast<std::size_t>(count) * H5Tget_size(type));
    for (auto& value : values) value = choices.byte();
    write(values.data());
  }
}

}  // namespace cytoscale::fuzz
