// Reads the channels of one field together.
#pragma once
#include <span>
#include <vector>

#include "core/image_file.hpp"
#include "image/io/tiff.hpp"
#include "image/plane.hpp"

namespace cytoscale::image {

struct LoadedField {
  FieldImage image;                // [C][H][W], the file's units
  std::vector<float> white_level;  // per channel: the largest value its pixels can hold (for saturation)
};

// One plane per channel, all of one size. Throws Error naming the file: as read_raw, or a size unlike the
// first channel's.
LoadedField read_field(std::span<const ImageFile> files);

// The same planes as the files hold them.
std::vector<RawPlane> read_raw_field(std::span<const ImageFile> files);

}  // namespace cytoscale::image
