// The checksums of a safetensors file of ours, in its metadata under the key "checksums": JSON {"header",
// "tensors": {name: checksum}}, of names, types, shapes and metadata, and of each tensor's bytes. XXH3-64, 16
// hexadecimal digits. A file without them (weights from elsewhere) is taken as it is. Collective: no.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "store/safetensors.hpp"

namespace cytoscale::store {

class TensorChecksums {
 public:
  static constexpr const char* key = "checksums";
  // The metadata's text for a file to be written.
  static std::string text_of(const SafeTensors& file);
  // Takes them out of the metadata of a file whose bytes need not be read yet. Throws Error where names,
  // types, shapes or metadata are not as they were written.
  TensorChecksums(SafeTensors& file, const std::string& where);

  bool present() const { return present_; }
  // True also where there are none.
  bool right(const std::string& name, const StoredTensor& tensor) const;

 private:
  bool present_ = false;
  std::map<std::string, std::string> tensors_;
};

// What of a file is not as its checksums say, in words. Throws Error as read_safetensors_header() does.
std::vector<std::string> damage_in_safetensors(const std::filesystem::path& path);

inline constexpr const char* no_checksums =
    "it has no checksums: it was written before cytoscale stored them, or changed by another program";

}  // namespace cytoscale::store
