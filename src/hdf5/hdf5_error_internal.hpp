// Turning HDF5's return codes into Errors. For .cpp files of this folder only.
#pragma once
#include <hdf5.h>

#include <cstdint>
#include <string>

#include "hdf5/handle.hpp"
#include "hdf5/numbers.hpp"

namespace cytoscale::hdf5 {

// HDF5 prints its error stack by default; we keep it and put it into the Error instead.
void silence();

// Throws Error "<where>: <problem> (HDF5: <its most specific message>; <its outermost>)".
[[noreturn]] void fail(const std::string& problem, const std::string& where, const std::string& remedy = {});

// The id, owned; throws where it is negative.
Handle own(hid_t id, const char* problem, const std::string& where);
// The status; throws where it is negative.
template <typename Status>
Status checked(Status status, const char* problem, const std::string& where) {
  if (status < 0) fail(problem, where);
  return status;
}

// The type of a number in memory and, little-endian, in the file: the same on the machines this runs on.
// Owned by the caller.
Handle number_type(Number number);
// Variable-length UTF-8 (width 0), or fixed and padded with zeros.
Handle text_type(std::size_t width);
// HDF5's form of numpy's bool: an enumeration of int8.
Handle boolean_type();

}  // namespace cytoscale::hdf5
