#include "image/io/jpeg.hpp"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include "core/error.hpp"
// After cstdio, on which it relies.
#include <jpeglib.h>

namespace cytoscale::image {
namespace {

// libjpeg's way out of an error, in place of ending the process.
struct Escape {
  jpeg_error_mgr manager;
  std::jmp_buf back;
};

void escape(j_common_ptr codec) {
  std::longjmp(reinterpret_cast<Escape*>(codec->err)->back, 1);
}

// Holds nothing that a long jump would leave behind. False where libjpeg fails.
bool compress(int height, int width, int channels, const std::uint8_t* pixels, int quality,
              unsigned char** bytes, unsigned long* size) {
  jpeg_compress_struct codec;
  Escape errors;
  codec.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = escape;
  jpeg_create_compress(&codec);
  if (setjmp(errors.back)) {
    jpeg_destroy_compress(&codec);
    return false;
  }
  jpeg_mem_dest(&codec, bytes, size);
  codec.image_width = static_cast<JDIMENSION>(width);
  codec.image_height = static_cast<JDIMENSION>(height);
  codec.input_components = channels;
  codec.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, quality, TRUE);
  codec.optimize_coding = TRUE;
  jpeg_start_compress(&codec, TRUE);
  while (codec.next_scanline < codec.image_height) {
    auto* row = const_cast<JSAMPROW>(pixels + static_cast<std::size_t>(codec.next_scanline) *
                                                  static_cast<std::size_t>(width * channels));
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  return true;
}

}  // namespace

std::string jpeg_of(int height, int width, int channels, std::span<const std::uint8_t> pixels, int quality) {
  if (height <= 0 || width <= 0 || height > JPEG_MAX_DIMENSION || width > JPEG_MAX_DIMENSION ||
      (channels != 1 && channels != 3) ||
      pixels.size() != std::size_t(height) * std::size_t(width) * std::size_t(channels))
    throw Error("a picture of " + std::to_string(width) + " x " + std::to_string(height) + " pixels and " +
                std::to_string(channels) + " channels was given " + std::to_string(pixels.size()) +
                " values");
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const bool done = compress(height, width, channels, pixels.data(), quality, &bytes, &size);
  std::string file(reinterpret_cast<const char*>(bytes), done ? size : 0);
  std::free(bytes);
  if (!done) throw Error("a picture cannot be compressed (libjpeg)");
  return file;
}

}  // namespace cytoscale::image
