#include "image/io/png.hpp"

#include <png.h>

#include "core/error.hpp"
#include "core/system/files.hpp"

namespace cytoscale::image {
namespace {

void check_size(int height, int width, int channels, std::size_t values, const std::string& where) {
  if (height > 0 && width > 0 && (channels == 1 || channels == 3) &&
      values == std::size_t(height) * std::size_t(width) * std::size_t(channels))
    return;
  throw Error("a picture of " + std::to_string(width) + " x " + std::to_string(height) + " pixels and " +
                  std::to_string(channels) + " channels was given " + std::to_string(values) + " values",
              where, "A PNG is written from 1 or 3 channels of 8 bits");
}

png_image image_of(int height, int width, png_uint_32 format) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = format;
  return image;
}

}  // namespace

void write_png(const std::filesystem::path& path, int height, int width, int channels,
               std::span<const std::uint8_t> pixels) {
  check_size(height, width, channels, pixels.size(), path.string());
  replace_atomically(path, [&](const std::filesystem::path& temporary) {
    auto image = image_of(height, width, channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB);
    if (!png_image_write_to_file(&image, temporary.c_str(), 0, pixels.data(), 0, nullptr)) {
      throw Error(std::string("the picture cannot be written (libpng: ") + image.message + ")", path.string(),
                  "Check the free space and permissions");
    }
  });
}

std::string png_of_palette(int height, int width, std::span<const std::uint8_t> pixels,
                           std::span<const std::array<std::uint8_t, 3>, 256> palette) {
  check_size(height, width, 1, pixels.size(), "a picture");
  auto image = image_of(height, width, PNG_FORMAT_RGB_COLORMAP);
  image.colormap_entries = 256;
  png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string file(bytes, '\0');
  if (!png_image_write_to_memory(&image, file.data(), &bytes, 0, pixels.data(), 0, palette.data()))
    throw Error(std::string("the picture cannot be made (libpng: ") + image.message + ")");
  file.resize(bytes);
  return file;
}

}  // namespace cytoscale::image
