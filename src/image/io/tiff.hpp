// One gray or palette plane of a TIFF file (libtiff). Values are the file's own: min-is-white is not
// inverted, a palette's indices are not looked up, fewer-bit samples (1…7, 9…15 bits) are widened to u8 or
// u16 without scaling and 24-bit ones to u32: what python3-tifffile gives. Strips or tiles, any byte order,
// BigTIFF, pages counted from 0 along the file's main chain of directories, horizontal and floating-point
// predictors, every compression that the installed libtiff decodes to gray samples. Files of several samples
// a pixel (RGB, CMYK, alpha) are refused: a channel is one plane.
//
// Broken files give an Error with libtiff's own words; nothing is printed. Memory is bounded before it is
// allocated: a header may not promise more pixels than its compressed bytes can hold. Any number of threads
// may read at once.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/image_file.hpp"
#include "image/plane.hpp"

namespace cytoscale::image {

enum class PixelType { u8, i8, u16, i16, u32, i32, u64, i64, f16, f32, f64 };

std::string_view name_of(PixelType type);  // as numpy names it: "uint8", "float16" …
std::size_t size_of(PixelType type);       // bytes

struct TiffInfo {
  int pages = 0, height = 0, width = 0;  // height and width of the page asked for
  int bits = 0;                          // significant bits of a sample as stored: 12 for a 12-bit file
  PixelType type = PixelType::u8;        // what read_raw gives
};

// Reads directories only. Throws Error: missing, not a TIFF, no such page, not one gray plane.
TiffInfo inspect_tiff(const ImageFile& file);

struct RawPlane {
  int height = 0, width = 0;
  PixelType type = PixelType::u8;
  int bits = 0;
  std::vector<std::byte> bytes;  // [H][W] of `type`, this machine's byte order
};

// Throws Error: as inspect_tiff, and truncated or corrupt data, unknown compression, implausible size.
RawPlane read_raw(const ImageFile& file);
void read_raw(const ImageFile& file, RawPlane& plane);  // in place of what it holds, in its memory

// Values converted to float, exact up to 24 bits. Not-a-number and infinite values become 0: they would
// poison every sum.
Plane to_float(const RawPlane& raw);
void to_float(const RawPlane& raw, std::span<float> pixels);  // as many as the plane has

// The largest value a pixel can hold: 4095 for a 12-bit file; infinite for floating point, which has no
// white.
float white_level(const RawPlane& raw);

// 16-bit gray, deflate with horizontal predictor, strips of about 64 KiB, little-endian; the same pixels give
// the same bytes. Atomic. Throws Error when it cannot be written. pixels: [H][W].
void write_tiff(const std::filesystem::path& path, int height, int width,
                std::span<const std::uint16_t> pixels);

}  // namespace cytoscale::image
