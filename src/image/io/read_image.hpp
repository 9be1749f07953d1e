// The one reader of image files: TIFF (image/io/tiff.hpp) and PNG (image/io/png.hpp), told apart by their
// first bytes. A plane is a page of a TIFF, named by its number or chosen by what the file says of its pages
// (image/io/stack.hpp).
#pragma once
#include "core/image_file.hpp"
#include "image/io/raw_plane.hpp"

namespace cytoscale::image {

// intensities: larger is brighter. A plane whose white is 0 (min-is-white) is inverted, the offset of signed
// values is taken off (take_off_offset()). as_stored: the file's own values, e.g. of a label mask.
enum class Values { intensities, as_stored };

struct ImageInfo {
  int pages = 0, height = 0, width = 0;  // height and width of the page asked for
  int bits = 0;                          // significant bits of a sample as stored: 12 for a 12-bit file
  PixelType type = PixelType::u8;        // as stored
};

// Reads headers only. Throws Error: missing, neither TIFF nor PNG, no such page, no page that is the channel,
// not one gray plane.
ImageInfo inspect_image(const ImageFile& file);

// Throws Error: as inspect_image, and truncated or corrupt data, unknown compression, implausible size.
RawPlane read_raw(const ImageFile& file, Values values = Values::intensities);
void read_raw(const ImageFile& file, RawPlane& plane);  // intensities, in place of what it holds

}  // namespace cytoscale::image
