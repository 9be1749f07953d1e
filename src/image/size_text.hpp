#pragma once
#include <string>

#include "image/plane.hpp"

namespace cytoscale::image {

// For messages: "210 × 280 px".
inline std::string size_text(PictureSize size) {
  return std::to_string(size.height) + " × " + std::to_string(size.width) + " px";
}

}  // namespace cytoscale::image
