#include "image/io/png.hpp"

#include <png.h>

#include "core/error.hpp"
#include "core/system/files.hpp"

namespace cytoscale::image {

void write_png(const std::filesystem::path& path, int height, int width, int channels,
               std::span<const std::uint8_t> pixels) {
  if (height <= 0 || width <= 0 || (channels != 1 && channels != 3) ||
      pixels.size() != std::size_t(height) * std::size_t(width) * std::size_t(channels)) {
    throw Error("a picture of " + std::to_string(width) + " x " + std::to_string(height) + " pixels and " +
                    std::to_string(channels) + " channels was given " + std::to_string(pixels.size()) +
                    " values",
                path.string(), "A PNG is written from 1 or 3 channels of 8 bits");
  }
  replace_atomically(path, [&](const std::filesystem::path& temporary) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width);
    image.height = static_cast<png_uint_32>(height);
    image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    if (!png_image_write_to_file(&image, temporary.c_str(), 0, pixels.data(), 0, nullptr)) {
      throw Error(std::string("the picture cannot be written (libpng: ") + image.message + ")", path.string(),
                  "Check the free space and permissions");
    }
  });
}

}  // namespace cytoscale::image
