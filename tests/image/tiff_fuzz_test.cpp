// Damaged files: seeded truncations, bit flips and overwritten header words over files of many kinds. The
// reader gives a plane or an Error, and nothing else; meant to be run under the address sanitizer too.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <limits>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/system/files.hpp"
#include "image/io/read_image.hpp"
#include "make_tiff.hpp"
#include "test_support.hpp"

namespace cytoscale::image {
namespace {

std::string damaged(std::string bytes, Random& random) {
  if (bytes.empty()) return bytes;
  const auto changes = 1 + random.below(4);
  for (std::uint64_t k = 0; k < changes; ++k) {
    // Half of the damage goes to the first and last 300 bytes, where headers and directories are.
    auto at = random.below(bytes.size());
    if (random.below(2)) at = std::min<std::uint64_t>(bytes.size() - 1, random.below(300));
    if (random.below(4) == 0)
      at = bytes.size() - 1 - std::min<std::uint64_t>(bytes.size() - 1, random.below(300));
    switch (random.below(4)) {
      case 0:
        bytes.resize(std::max<std::uint64_t>(1, at));
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << random.below(8));
        break;
      case 2:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      default: {
        const std::uint32_t words[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000, random()};
        const auto word = words[random.below(7)];
        std::memcpy(bytes.data() + at, &word, std::min<std::size_t>(4, bytes.size() - at));
      }
    }
  }
  return bytes;
}

// Planes that were read in spite of the damage.
int survive(const std::string& bytes, const std::filesystem::path& scratch, int rounds,
            std::uint64_t stream) {
  int read = 0;
  Random random(20240607, stream);
  for (int round = 0; round < rounds; ++round) {
    std::filesystem::remove(
        scratch);  // truncating a file that exists makes some file systems wait for the disk
    std::ofstream(scratch, std::ios::binary) << damaged(bytes, random);
    for (const int page : {0, 1}) {
      try {
        const auto info = inspect_image({scratch, page});
        const auto raw = read_raw({scratch, page});
        EXPECT_EQ(raw.bytes.size(), std::size_t(info.height) * std::size_t(info.width) * size_of(info.type));
        to_float(raw);
        ++read;
      } catch (const Error& error) {
        EXPECT_FALSE(error.problem().empty());
      }
    }
  }
  return read;
}

std::vector<TiffKind> kinds() {
  std::vector<TiffKind> all;
  for (const std::uint16_t codec :
       {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS, COMPRESSION_ZSTD,
        COMPRESSION_LZMA, COMPRESSION_JPEG, COMPRESSION_LERC, COMPRESSION_CCITTFAX4, COMPRESSION_CCITTFAX3}) {
    if (!TIFFIsCODECConfigured(codec)) continue;
    const bool fax = codec == COMPRESSION_CCITTFAX4 || codec == COMPRESSION_CCITTFAX3;
    const bool jpeg = codec == COMPRESSION_JPEG;
    for (const std::string mode : {"wl", "wb", "w8l"}) {
      TiffKind kind;
      kind.mode = mode;
      kind.compression = codec;
      kind.bits = fax ? 1 : jpeg ? 8 : 16;
      kind.rows_per_strip = 8;
      kind.pages = 2;
      kind.tile = mode == "wb" && !fax ? 16 : 0;
      if (codec == COMPRESSION_ADOBE_DEFLATE || codec == COMPRESSION_LZW) kind.predictor = 2;
      all.push_back(kind);
    }
  }
  TiffKind packed;
  packed.bits = 12;
  packed.compression = COMPRESSION_LZW;
  all.push_back(packed);
  packed.bits = 3;
  packed.compression = COMPRESSION_PACKBITS;
  all.push_back(packed);
  return all;
}

TEST(TiffFuzz, DamagedFilesOfEveryKindAreErrorsOrPlanes) {
  const auto folder = fresh_folder("fuzz");
  int read = 0, number = 0;
  for (const auto& kind : kinds()) {
    make_tiff(folder / "whole.tif", kind);
    const auto bytes = read_file(folder / "whole.tif");
    read += survive(bytes, folder / "damaged.tif", 150, std::uint64_t(number++));
  }
  EXPECT_GE(number, 20);
  EXPECT_GT(read,
            number);  // damage in unused places leaves a readable plane: the test does get as far as decoding
}

TEST(TiffFuzz, DamagedRealFilesAreErrorsOrPlanes) {
  const auto data = test_data();
  if (!data) GTEST_SKIP() << no_data_reason;
  const auto folder = fresh_folder("fuzz_real");
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*data / "tiff")) {
    if (entry.is_regular_file() && entry.file_size() < 40'000) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::uint64_t number = 1000;
  for (const auto& file : files) survive(read_file(file), folder / "damaged.tif", 20, number++);
  EXPECT_GE(files.size(), 20u);
}

}  // namespace
}  // namespace cytoscale::image
