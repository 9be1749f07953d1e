// Reads the channels of one field together.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "core/image_file.hpp"
#include "image/io/read_image.hpp"
#include "image/plane.hpp"

namespace cytoscale::image {

// [C][H][W], the file's units: one plane per channel, all of one size. Throws Error naming the file: as
// read_raw, or a size unlike the first channel's.
FieldImage read_field(std::span<const ImageFile> files);

// The same planes as the files hold them.
std::vector<RawPlane> read_raw_field(std::span<const ImageFile> files);

// What a file says of a plane beside its pixels.
struct PlaneFacts {
  float white_level = 0;          // the largest value that its pixels can hold
  int bits = 0;                   // of a pixel as stored
  bool whole_numbers = true;      // no floating point
  bool offset_taken_off = false;  // as RawPlane's
};

// The planes of read_field() one after the other, each in the place of the one before: use() may change the
// plane. Where it throws, `use` has seen the channels before.
using UsePlane = std::function<void(int channel, Plane& plane, const PlaneFacts& facts)>;
void read_planes(std::span<const ImageFile> files, const UsePlane& use);

}  // namespace cytoscale::image
