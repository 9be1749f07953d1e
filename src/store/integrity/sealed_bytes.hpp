// The bytes of a sealed file, read as they lie, and their checksums (seal.hpp). Collective: no.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "store/integrity/seal.hpp"

namespace cytoscale::store {

class SealedBytes {
 public:
  explicit SealedBytes(const std::filesystem::path& path);  // throws Error
  // Throws Error: a failing disk, a file that ends too early.
  std::vector<std::byte> read(std::uint64_t at, std::uint64_t bytes);
  std::uint64_t block_sum(const SealedPart& part, std::uint64_t block);
  // As many of the part's numbers, from the given one.
  template <typename T>
  std::vector<T> numbers(const SealedPart& part, std::uint64_t first, std::uint64_t count) {
    const auto bytes = read(part.at + first * sizeof(T), count * sizeof(T));
    std::vector<T> values(count);
    if (count > 0) __builtin_memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

 private:
  std::filesystem::path path_;
  std::ifstream in_;
};

// A share of the work: of `of` ranks, number `rank`.
struct Share {
  int rank = 0, of = 1;
};

// Calls `use` with each block of this share.
void each_block(const Seal& seal, const Share& share,
                const std::function<void(std::size_t part, std::uint64_t block)>& use);

}  // namespace cytoscale::store
