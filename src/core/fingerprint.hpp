// XXH3-128 fingerprints: tell whether a manifest, a configuration or an input changed, and whether what was
// written is what is read. Not cryptographic.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace cytoscale {

class Fingerprint {
 public:
  Fingerprint();
  ~Fingerprint();
  Fingerprint(Fingerprint&&) noexcept;
  Fingerprint& operator=(Fingerprint&&) noexcept;

  Fingerprint& add(std::string_view bytes);  // the length is hashed too: {"ab","c"} differs from {"a","bc"}
  Fingerprint& add(std::uint64_t value);
  Fingerprint& add_raw(const void* bytes, std::size_t count);  // without the length: parts of one whole
  std::string text() const;                                    // 32 hexadecimal digits
  std::uint64_t number() const;                                // 64 bits of it

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Of a file's content. Throws Error when it cannot be read.
std::string fingerprint_of_file(const std::filesystem::path& path);
// Of bytes in memory (XXH3-64), for many small pieces.
std::uint64_t checksum(const void* bytes, std::size_t count);

}  // namespace cytoscale
