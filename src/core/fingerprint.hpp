// 64-bit FNV-1a fingerprints: tell whether a manifest, a configuration or an input changed. Not
// cryptographic.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace cytoscale {

class Fingerprint {
 public:
  Fingerprint& add(std::string_view bytes);  // the length is hashed too: {"ab","c"} differs from {"a","bc"}
  Fingerprint& add(std::uint64_t value);
  std::string text() const;  // 16 hexadecimal digits
  std::uint64_t number() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ull;
};

// Of a file's content. Throws Error when it cannot be read.
std::string fingerprint_of_file(const std::filesystem::path& path);

}  // namespace cytoscale
