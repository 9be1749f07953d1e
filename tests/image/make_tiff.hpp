// Writes TIFF files of any kind with libtiff itself, for tests of the reader.
#pragma once
#include <tiffio.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace cytoscale::image {

struct TiffKind {
  std::string mode = "w";  // "wb" big-endian, "w8" BigTIFF
  std::uint32_t height = 40, width = 50;
  std::uint16_t bits = 16, samples = 1, format = SAMPLEFORMAT_UINT;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK, compression = COMPRESSION_NONE, predictor = 1;
  std::uint32_t tile = 0;  // side; 0: strips
  std::uint32_t rows_per_strip = 7;
  int pages = 1;
};

// Byte i of page p of the decoded image, rows padded to whole bytes; smooth enough to compress.
inline std::uint8_t pattern_byte(int page, std::uint64_t i) {
  return static_cast<std::uint8_t>((i / 3) * 5 + i % 7 + std::uint64_t(page) * 31);
}

inline std::vector<std::uint8_t> pattern(const TiffKind& kind, int page) {
  const std::uint64_t row = (std::uint64_t(kind.width) * kind.bits * kind.samples + 7) / 8;
  std::vector<std::uint8_t> bytes(row * kind.height);
  for (std::uint64_t i = 0; i < bytes.size(); ++i) bytes[i] = pattern_byte(page, i);
  return bytes;
}

inline void write_tiles(TIFF* tiff, const TiffKind& kind, const std::vector<std::uint8_t>& bytes) {
  const std::uint64_t sample = kind.bits / 8, row = kind.width * sample, tile_row = kind.tile * sample;
  std::uint32_t index = 0;
  for (std::uint32_t y = 0; y < kind.height; y += kind.tile) {
    for (std::uint32_t x = 0; x < kind.width; x += kind.tile, ++index) {
      std::vector<std::uint8_t> tile(tile_row * kind.tile);
      for (std::uint32_t v = 0; v < kind.tile && y + v < kind.height; ++v) {
        for (std::uint64_t u = 0; u < tile_row && x * sample + u < row; ++u) {
          tile[v * tile_row + u] = bytes[(y + v) * row + x * sample + u];
        }
      }
      TIFFWriteEncodedTile(tiff, index, tile.data(), static_cast<tmsize_t>(tile.size()));
    }
  }
}

inline void write_strips(TIFF* tiff, const TiffKind& kind, std::vector<std::uint8_t> bytes) {
  const std::uint64_t row = bytes.size() / kind.height;
  std::uint32_t index = 0;
  for (std::uint32_t y = 0; y < kind.height; y += kind.rows_per_strip, ++index) {
    const auto rows = std::min(kind.rows_per_strip, kind.height - y);
    TIFFWriteEncodedStrip(tiff, index, bytes.data() + y * row, static_cast<tmsize_t>(rows * row));
  }
}

// Throws std::runtime_error when libtiff cannot write this kind (a codec that is not built in).
inline void make_tiff(const std::filesystem::path& path, const TiffKind& kind) {
  if (!TIFFIsCODECConfigured(kind.compression)) throw std::runtime_error("codec not configured");
  TIFF* tiff = TIFFOpen(path.c_str(), kind.mode.c_str());
  if (!tiff) throw std::runtime_error("cannot create " + path.string());
  for (int page = 0; page < kind.pages; ++page) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, kind.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, kind.height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, kind.bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, kind.samples);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, kind.format);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, kind.photometric);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, kind.compression);
    if (kind.predictor != 1) TIFFSetField(tiff, TIFFTAG_PREDICTOR, kind.predictor);
    if (kind.photometric == PHOTOMETRIC_PALETTE) {
      std::vector<std::uint16_t> map(std::size_t(1) << kind.bits);
      TIFFSetField(tiff, TIFFTAG_COLORMAP, map.data(), map.data(), map.data());
    }
    if (kind.tile) {
      TIFFSetField(tiff, TIFFTAG_TILEWIDTH, kind.tile);
      TIFFSetField(tiff, TIFFTAG_TILELENGTH, kind.tile);
      write_tiles(tiff, kind, pattern(kind, page));
    } else {
      TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, kind.rows_per_strip);
      write_strips(tiff, kind, pattern(kind, page));
    }
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
}

}  // namespace cytoscale::image
