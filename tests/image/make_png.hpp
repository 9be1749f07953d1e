// Writes PNG files of any kind with libpng itself, for tests of the reader.
#pragma once
#include <png.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace cytoscale::image {

struct PngKind {
  png_uint_32 height = 21, width = 30;
  int depth = 8, color = PNG_COLOR_TYPE_GRAY;
  bool interlaced = false;
  std::vector<png_color> palette = {};
};

inline int samples_of(const PngKind& kind) {
  switch (kind.color) {
    case PNG_COLOR_TYPE_GRAY_ALPHA:
      return 2;
    case PNG_COLOR_TYPE_RGB:
      return 3;
    case PNG_COLOR_TYPE_RGB_ALPHA:
      return 4;
    default:
      return 1;
  }
}

// Samples [H][W][samples] in the machine's order; below 8 bits one each.
inline void make_png(const std::filesystem::path& path, const PngKind& kind,
                     const std::vector<std::uint16_t>& samples) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (!file) throw std::runtime_error("cannot create " + path.string());
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, file);
  png_set_IHDR(png, info, kind.width, kind.height, kind.depth, kind.color,
               kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (!kind.palette.empty()) png_set_PLTE(png, info, kind.palette.data(), int(kind.palette.size()));
  png_write_info(png, info);
  png_set_packing(png);
  const std::size_t row = std::size_t(kind.width) * std::size_t(samples_of(kind)),
                    bytes = kind.depth == 16 ? 2 : 1;
  std::vector<png_byte> all(samples.size() * bytes);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (bytes == 2) all[2 * i] = png_byte(samples[i] >> 8);
    all[bytes * i + bytes - 1] = png_byte(samples[i]);
  }
  std::vector<png_bytep> rows;
  for (png_uint_32 y = 0; y < kind.height; ++y) rows.push_back(all.data() + y * row * bytes);
  png_write_image(png, rows.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  std::fclose(file);
}

}  // namespace cytoscale::image
