// The bar in a picture that says how large things are.
#pragma once
#include <optional>
#include <string>

#include "core/image_file.hpp"

namespace cytoscale::image {

struct ScaleBar {
  double length_px = 0;
  std::string text;  // "50 µm"; "100 px" where the size of a pixel is not known
};

// 1, 2 or 5 times a power of ten, of µm or px, as near to a quarter of the width as it can be without being
// more. width_px > 0; pixel_um: side of a pixel in µm, > 0.
ScaleBar scale_bar(int width_px, std::optional<double> pixel_um);

// Of an option --pixel-size, 0 where it is not given. Throws Error: not a size from 0.0001 to 10,000 µm.
void validate_pixel_size(double um);

// What OME-XML in the file says; nothing where it says nothing, or the file cannot be read.
std::optional<double> pixel_um_of(const ImageFile& file);

}  // namespace cytoscale::image
