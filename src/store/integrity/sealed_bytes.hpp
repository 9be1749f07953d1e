// The bytes of a sealed file, read as they lie, and their checksums (seal.hpp). Collective: no.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "core/system/random_access_file.hpp"
#include "store/integrity/seal.hpp"

namespace cytoscale::store {

class SealedBytes {
 public:
  // All throw Error: a failing disk, a file that ends too early.
  explicit SealedBytes(const std::filesystem::path& path) : file_(path) {}
  void read(std::uint64_t at, std::span<std::byte> to) const { file_.read(at, to); }
  std::uint64_t block_sum(const SealedPart& part, std::uint64_t block);
  // As many of the part's numbers, from the given one.
  template <typename T>
  std::vector<T> numbers(const SealedPart& part, std::uint64_t first, std::uint64_t count) const {
    std::vector<T> values(count);
    read(part.at + first * sizeof(T), std::as_writable_bytes(std::span(values)));
    return values;
  }

 private:
  RandomAccessFile file_;
  std::vector<std::byte> block_;  // of the last sum
};

// A share of the work: of `of` ranks, number `rank`.
struct Share {
  int rank = 0, of = 1;
};

// Calls `use` with each block of this share.
void each_block(const Seal& seal, const Share& share,
                const std::function<void(std::size_t part, std::uint64_t block)>& use);

}  // namespace cytoscale::store
