#include "image/io/picture_libraries.hpp"

#include <png.h>
#include <tiffio.h>

namespace cytoscale::image {

std::string tiff_library_version() {
  const std::string text = TIFFGetVersion();  // "LIBTIFF, Version 4.5.0\nCopyright…"
  const auto first_line = text.substr(0, text.find('\n'));
  return first_line.substr(first_line.rfind(' ') + 1);
}

std::string png_library_version() {
  return png_get_libpng_ver(nullptr);
}

}  // namespace cytoscale::image
