// The pixels of one plane as a file holds them, and as numbers.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "image/plane.hpp"

namespace cytoscale::image {

enum class PixelType { u8, i8, u16, i16, u32, i32, u64, i64, f16, f32, f64 };

std::string_view name_of(PixelType type);  // as numpy names it: "uint8", "float16" …
std::size_t size_of(PixelType type);       // bytes
bool is_signed_integer(PixelType type);
bool is_floating(PixelType type);

struct RawPlane {
  int height = 0, width = 0;
  PixelType type = PixelType::u8;
  int bits = 0;                   // significant bits of a sample as stored: 12 for a 12-bit file
  std::vector<std::byte> bytes;   // [H][W] of `type`, this machine's byte order
  float ceiling = 0;              // the largest value that a pixel can hold, where the file names one; else 0
  bool offset_taken_off = false;  // see take_off_offset()
};

// Values converted to float, exact up to 24 bits. Not-a-number and infinite values become 0: they would
// poison every sum.
Plane to_float(const RawPlane& raw);
void to_float(const RawPlane& raw, std::span<float> pixels);  // as many as the plane has

// The largest value a pixel can hold: the ceiling, or what its bits can tell: 4095 for a 12-bit file;
// infinite for floating point, which has no white.
float white_level(const RawPlane& raw);

// Some microscopes (Olympus ScanR, CellProfiler #976) store unsigned values as signed ones, from which half
// of their range was taken. Where a signed plane reaches below half of its negative range, the offset is
// taken off: the plane is unsigned then. Others keep their values: a background that was subtracted leaves
// small negative ones.
void take_off_offset(RawPlane& raw);

// Each value v of an n-bit plane becomes its ceiling - v (of signed ones -1 - v). Needs integers.
void invert(RawPlane& raw);

// Each pixel becomes the larger of both, as to_float() converts them. Throws Error where the other plane is
// of another size or type.
void keep_larger(RawPlane& raw, const RawPlane& other);

}  // namespace cytoscale::image
