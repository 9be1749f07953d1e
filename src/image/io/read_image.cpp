#include "image/io/read_image.hpp"

#include "image/io/png.hpp"
#include "image/io/tiff.hpp"

namespace cytoscale::image {

ImageInfo inspect_image(const ImageFile& file) {
  return is_png(file.path) ? inspect_png(file) : inspect_tiff(file);
}

RawPlane read_raw(const ImageFile& file, Values values) {
  RawPlane plane;
  is_png(file.path) ? read_png(file, values, plane) : read_tiff(file, values, plane);
  return plane;
}

void read_raw(const ImageFile& file, RawPlane& plane) {
  is_png(file.path) ? read_png(file, Values::intensities, plane)
                    : read_tiff(file, Values::intensities, plane);
}

}  // namespace cytoscale::image
