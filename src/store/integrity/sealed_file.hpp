// A file against its seal (seal.hpp). HDF5 does not see the file. Collective: no.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hdf5/file.hpp"
#include "store/integrity/seal.hpp"
#include "store/integrity/sealed_bytes.hpp"

namespace cytoscale::store {

class SealedFile {
 public:
  // Throws Error: it cannot be read, its seal is damaged or of another size. What is no file has no seal: who
  // opens it will say so.
  explicit SealedFile(const std::filesystem::path& path);
  bool sealed() const { return seal_.has_value(); }

  // What is not as it was written, in words, of this share of it; nothing of a file without a seal. A signal
  // that asks to stop ends it early. Throws Error where it cannot be read.
  std::vector<std::string> damage(const Share& share = {});
  // For a file that is about to be read: throws Error where it is not as it was written: all of it; what lies
  // between its datasets of numbers; one dataset. A file without a seal passes.
  void check();
  void check_structure();
  void check_dataset(const std::string& name);

 private:
  struct Column;
  void damaged_parts(const std::function<bool(const SealedPart&)>& which, const Share& share,
                     std::vector<std::string>& found);
  void damaged_fields(const Share& share, std::vector<std::string>& found);
  std::vector<Column> columns_of(std::uint64_t fields, std::uint64_t first, std::uint64_t last);
  std::vector<std::uint64_t> sums_of(const std::vector<Column>& columns, std::size_t begin, std::size_t end);
  void refuse(const std::vector<std::string>& found) const;

  std::filesystem::path path_;
  std::optional<Seal> seal_;
  std::optional<SealedBytes> bytes_;
};

// For reading, once what lies between its datasets was found as it was written: HDF5 does not come back from
// all that can be wrong there.
hdf5::File open_checked(const std::filesystem::path& path);

}  // namespace cytoscale::store
