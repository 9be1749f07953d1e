// Where a file's datasets lie, for reading their bytes without HDF5. Throws Error where the file cannot be
// read. Collective: no.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace cytoscale::hdf5 {

struct Extent {
  std::string name;  // "/cells/y"
  std::uint64_t at = 0, bytes = 0;
  bool references = false;  // text of variable length: its bytes lie elsewhere, these say where
};

struct Extents {
  std::vector<Extent> datasets;  // contiguous and not empty, by place; they do not overlap
  std::uint64_t end = 0;         // of what HDF5 has in the file
};

Extents extents_of(const std::filesystem::path& path);

}  // namespace cytoscale::hdf5
