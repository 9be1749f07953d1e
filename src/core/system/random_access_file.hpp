// A file read at any place by any thread at once, without a place of its own. Collective: no.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace cytoscale {

class RandomAccessFile {
 public:
  // `remedy`: for whoever meets a file that fails or ends too early. Throws Error where it cannot be opened.
  explicit RandomAccessFile(std::filesystem::path path,
                            std::string remedy = "Check the disk; was the file cut while in use?");
  ~RandomAccessFile();
  RandomAccessFile(RandomAccessFile&& other) noexcept;
  RandomAccessFile& operator=(RandomAccessFile&&) = delete;

  // Small pieces are asked for out of order: reading ahead would read what nobody asks for. A hint.
  void expect_scattered_reads() const;
  // Fills `to` from this offset. Throws Error: a failing disk, a file that ends before.
  void read(std::uint64_t at, std::span<std::byte> to) const;

 private:
  std::filesystem::path path_;
  std::string remedy_;
  int descriptor_;
};

}  // namespace cytoscale
