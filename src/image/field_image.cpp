#include "image/field_image.hpp"

#include "core/error.hpp"

namespace cytoscale::image {
namespace {

// Reads one file after the other into one plane and shows it to take(channel, plane), which may keep it.
template <typename Take>
void read_raw_planes(std::span<const ImageFile> files, const Take& take) {
  if (files.empty())
    throw Error("a field has no image files", "", "List at least one channel in the manifest");
  RawPlane raw;
  PictureSize first;
  for (std::size_t c = 0; c < files.size(); ++c) {
    read_raw(files[c], raw);
    const PictureSize size(raw.height, raw.width);
    if (c == 0) first = size;
    if (size != first)
      throw Error("the image is " + std::to_string(size.width) + " x " + std::to_string(size.height) +
                      " pixels, the field's first channel " + std::to_string(first.width) + " x " +
                      std::to_string(first.height),
                  files[c].path.string(), "All channels of a field must have one size");
    take(static_cast<int>(c), raw);
  }
}

}  // namespace

FieldImage read_field(std::span<const ImageFile> files) {
  FieldImage field;
  read_raw_planes(files, [&](int c, const RawPlane& raw) {
    if (c == 0) field = FieldImage(static_cast<int>(files.size()), raw.height, raw.width);
    to_float(raw, field.plane(c));
  });
  return field;
}

std::vector<RawPlane> read_raw_field(std::span<const ImageFile> files) {
  std::vector<RawPlane> planes;
  read_raw_planes(files, [&](int, RawPlane& raw) { planes.push_back(std::move(raw)); });
  return planes;
}

void read_planes(std::span<const ImageFile> files, const UsePlane& use) {
  Plane plane;
  read_raw_planes(files, [&](int c, const RawPlane& raw) {
    if (c == 0) plane = Plane(raw.height, raw.width);
    to_float(raw, plane.pixels);
    use(c, plane, {white_level(raw), raw.bits, !is_floating(raw.type), raw.offset_taken_off});
  });
}

}  // namespace cytoscale::image
