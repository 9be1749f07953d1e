#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "image/io/tiff_internal.hpp"

namespace cytoscale::image {
namespace {

using tiff_internal::Handle;

void set_tags(Handle& handle, int height, int width, std::uint32_t rows_per_strip) {
  TIFF* tiff = handle.get();
  const bool set =
      TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, std::uint32_t(width)) &&
      TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, std::uint32_t(height)) &&
      TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 16) && TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1) &&
      TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT) &&
      TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) &&
      TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
      TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE) &&
      TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL) &&
      TIFFSetField(tiff, TIFFTAG_ZIPQUALITY, 4) && TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, rows_per_strip);
  if (!set) handle.fail_write();
}

void write_strips(Handle& handle, int height, int width, std::uint32_t rows_per_strip,
                  std::span<const std::uint16_t> pixels) {
  std::vector<std::uint16_t> strip;  // the predictor works in place on the buffer it is given
  for (std::uint32_t first = 0, index = 0; first < std::uint32_t(height); first += rows_per_strip, ++index) {
    const auto rows = std::min<std::uint32_t>(rows_per_strip, std::uint32_t(height) - first);
    const auto part =
        pixels.subspan(std::size_t(first) * std::size_t(width), std::size_t(rows) * std::size_t(width));
    strip.assign(part.begin(), part.end());
    const auto bytes = static_cast<tmsize_t>(strip.size() * sizeof(std::uint16_t));
    if (TIFFWriteEncodedStrip(handle.get(), index, strip.data(), bytes) != bytes) handle.fail_write();
  }
}

}  // namespace

void write_tiff(const std::filesystem::path& path, int height, int width,
                std::span<const std::uint16_t> pixels) {
  if (height <= 0 || width <= 0 || pixels.size() != std::size_t(height) * std::size_t(width)) {
    throw Error("an image of " + std::to_string(width) + " x " + std::to_string(height) +
                    " pixels was given " + std::to_string(pixels.size()) + " values",
                path.string());
  }
  constexpr std::uint32_t strip_bytes = 65536;
  const auto rows_per_strip = std::max<std::uint32_t>(1, strip_bytes / (2 * std::uint32_t(width)));
  replace_atomically(path, [&](const std::filesystem::path& temporary) {
    Handle handle(temporary, "wl");
    set_tags(handle, height, width, rows_per_strip);
    write_strips(handle, height, width, rows_per_strip, pixels);
    handle.close();
  });
}

}  // namespace cytoscale::image
