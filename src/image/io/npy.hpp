// A plane out of NumPy's file of one array (.npy; numpy.lib.format, versions 1 to 3).
#pragma once
#include <filesystem>

#include "image/io/raw_plane.hpp"

namespace cytoscale::image {

// Two dimensions, rows first; whole numbers or floating point of any width and byte order, by rows or by
// columns (fortran_order). Throws Error naming the file: no .npy file, another number of dimensions, values
// that are no numbers, a file that is longer or shorter than its header says.
RawPlane read_npy(const std::filesystem::path& path);

}  // namespace cytoscale::image
