#include "image/field_image.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "image/io/tiff.hpp"

namespace cytoscale::image {

LoadedField read_field(std::span<const ImageFile> files) {
  LoadedField field;
  if (files.empty())
    throw Error("a field has no image files", "", "List at least one channel in the manifest");
  for (std::size_t c = 0; c < files.size(); ++c) {
    const auto raw = read_raw(files[c]);
    const auto plane = to_float(raw);
    if (c == 0) field.image = FieldImage(static_cast<int>(files.size()), plane.height, plane.width);
    if (plane.height != field.image.height || plane.width != field.image.width) {
      throw Error("the image is " + std::to_string(plane.width) + " x " + std::to_string(plane.height) +
                      " pixels, the field's first channel " + std::to_string(field.image.width) + " x " +
                      std::to_string(field.image.height),
                  files[c].path.string(), "All channels of a field must have one size");
    }
    std::copy(plane.pixels.begin(), plane.pixels.end(), field.image.plane(static_cast<int>(c)).begin());
    field.white_level.push_back(white_level(raw));
  }
  return field;
}

}  // namespace cytoscale::image
