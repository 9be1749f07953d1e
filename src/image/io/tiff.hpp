// One gray or palette plane of a TIFF file (libtiff). A palette's indices are not looked up, fewer-bit
// samples (1…7, 9…15 bits) are widened to u8 or u16 without scaling and 24-bit ones to u32: what
// python3-tifffile gives. Strips or tiles, any byte order, BigTIFF, pages counted from 0 along the file's
// main chain of directories, horizontal and floating-point predictors, every compression that the installed
// libtiff decodes to gray samples. Files of several samples a pixel (RGB, CMYK, alpha) are refused: a channel
// is one plane.
//
// Broken files give an Error with libtiff's own words; nothing is printed. Memory is bounded before it is
// allocated: a header may not promise more pixels than its compressed bytes can hold. Any number of threads
// may read at once.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>

#include "image/io/read_image.hpp"

namespace cytoscale::image {

// As inspect_image() and read_raw() (image/io/read_image.hpp), which call these where a file is no PNG.
ImageInfo inspect_tiff(const ImageFile& file);
void read_tiff(const ImageFile& file, Values values, RawPlane& plane);

// 16-bit gray, deflate with horizontal predictor, strips of about 64 KiB, little-endian; the same pixels give
// the same bytes. Atomic. Throws Error when it cannot be written. pixels: [H][W].
void write_tiff(const std::filesystem::path& path, int height, int width,
                std::span<const std::uint16_t> pixels);

}  // namespace cytoscale::image
