// Reads the channels of one field together.
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "core/image_file.hpp"
#include "image/io/tiff.hpp"
#include "image/plane.hpp"

namespace cytoscale::image {

// [C][H][W], the file's units: one plane per channel, all of one size. Throws Error naming the file: as
// read_raw, or a size unlike the first channel's.
FieldImage read_field(std::span<const ImageFile> files);

// The same planes as the files hold them.
std::vector<RawPlane> read_raw_field(std::span<const ImageFile> files);

// The planes of read_field() one after the other, each in the place of the one before: use(channel, plane,
// white level), which is the largest value its pixels can hold, may change the plane. Where it throws, `use`
// has seen the channels before.
void read_planes(std::span<const ImageFile> files,
                 const std::function<void(int channel, Plane& plane, float white_level)>& use);

}  // namespace cytoscale::image
