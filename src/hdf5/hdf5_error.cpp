#include "core/error.hpp"

#include <vector>

#include "hdf5/hdf5_error_internal.hpp"
#include "hdf5/library.hpp"

namespace cytoscale::hdf5 {
namespace {

herr_t collect(unsigned, const H5E_error2_t* entry, void* list) {
  if (entry->desc != nullptr && *entry->desc != '\0') {
    static_cast<std::vector<std::string>*>(list)->emplace_back(entry->desc);
  }
  return 0;
}

std::string message_of_hdf5() {
  std::vector<std::string> messages;  // most specific first
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &messages);
  H5Eclear2(H5E_DEFAULT);
  if (messages.empty()) return {};
  std::string text = messages.front();
  if (messages.back() != messages.front()) text += "; " + messages.back();
  return text;
}

}  // namespace

void silence() {
  // HDF5 would close at exit what could not be closed before, and crash (library.hpp). It must be told before
  // it begins.
  static const bool told = (H5dont_atexit(), true);
  (void)told;
  H5open();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

void start_library() {
  silence();
}

void fail(const std::string& problem, const std::string& where, const std::string& remedy) {
  const std::string message = message_of_hdf5();
  throw Error(message.empty() ? problem : problem + " (HDF5: " + message + ")", where, remedy);
}

Handle own(hid_t id, const char* problem, const std::string& where) {
  if (id < 0) fail(problem, where);
  return Handle(id);
}

Handle::~Handle() {
  if (id_ >= 0) H5Idec_ref(id_);
}

Handle number_type(Number number) {
  hid_t type = -1;
  switch (number) {
    case Number::u8:
      type = H5Tcopy(H5T_STD_U8LE);
      break;
    case Number::i8:
      type = H5Tcopy(H5T_STD_I8LE);
      break;
    case Number::u16:
      type = H5Tcopy(H5T_STD_U16LE);
      break;
    case Number::i16:
      type = H5Tcopy(H5T_STD_I16LE);
      break;
    case Number::u32:
      type = H5Tcopy(H5T_STD_U32LE);
      break;
    case Number::i32:
      type = H5Tcopy(H5T_STD_I32LE);
      break;
    case Number::u64:
      type = H5Tcopy(H5T_STD_U64LE);
      break;
    case Number::i64:
      type = H5Tcopy(H5T_STD_I64LE);
      break;
    case Number::f32:
      type = H5Tcopy(H5T_IEEE_F32LE);
      break;
    case Number::f64:
      type = H5Tcopy(H5T_IEEE_F64LE);
      break;
    case Number::f16: {
      // IEEE binary16: sign at bit 15, 5 bits of exponent at 10 with bias 15, 10 bits of mantissa.
      Handle half = own(H5Tcopy(H5T_IEEE_F32LE), "no type for 16-bit floats", "HDF5");
      checked(H5Tset_fields(half.id(), 15, 10, 5, 0, 10), "no type for 16-bit floats", "HDF5");
      checked(H5Tset_size(half.id(), 2), "no type for 16-bit floats", "HDF5");
      checked(H5Tset_ebias(half.id(), 15), "no type for 16-bit floats", "HDF5");
      return half;
    }
  }
  return own(type, "no such number type", "HDF5");
}

Handle text_type(std::size_t width) {
  Handle type = own(H5Tcopy(H5T_C_S1), "no type for text", "HDF5");
  checked(H5Tset_size(type.id(), width == 0 ? H5T_VARIABLE : width), "no type for text", "HDF5");
  checked(H5Tset_cset(type.id(), H5T_CSET_UTF8), "no type for text", "HDF5");
  if (width > 0) checked(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), "no type for text", "HDF5");
  return type;
}

Handle boolean_type() {
  Handle type = own(H5Tenum_create(H5T_STD_I8LE), "no type for booleans", "HDF5");
  const std::int8_t no = 0, yes = 1;
  checked(H5Tenum_insert(type.id(), "FALSE", &no), "no type for booleans", "HDF5");
  checked(H5Tenum_insert(type.id(), "TRUE", &yes), "no type for booleans", "HDF5");
  return type;
}

std::string hdf5_library_version() {
  unsigned major = 0, minor = 0, patch = 0;
  H5get_libversion(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace cytoscale::hdf5
