// Which libraries read and write pictures.
#pragma once
#include <string>

namespace cytoscale::image {

// "4.5.0"
std::string tiff_library_version();
std::string png_library_version();

}  // namespace cytoscale::image
