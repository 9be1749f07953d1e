// What an HDF5 file says of itself, to tell whether it is one of ours and finished. Collective: no.
#pragma once
#include <cstddef>
#include <filesystem>

namespace cytoscale::store {

struct FileContents {
  bool ours = false;                                             // written by cytoscale
  bool by_field = false;                                         // filled field by field: then
  std::size_t fields = 0, pending = 0, failed = 0, unknown = 0;  // with another mark than there is
};

// Throws Error where HDF5 cannot read it. No text is read: where that is damaged, HDF5 1.10 may not come
// back.
FileContents contents_of_hdf5(const std::filesystem::path& path);
// Whether it says what it was made by. For a file whose bytes are right. Throws Error.
bool has_provenance(const std::filesystem::path& path);

}  // namespace cytoscale::store
