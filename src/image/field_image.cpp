#include "image/field_image.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace cytoscale::image {
namespace {

// Reads one file after the other and hands it to take(channel, plane).
template <typename Take>
void read_planes(std::span<const ImageFile> files, const Take& take) {
  if (files.empty())
    throw Error("a field has no image files", "", "List at least one channel in the manifest");
  PictureSize first;
  for (std::size_t c = 0; c < files.size(); ++c) {
    auto raw = read_raw(files[c]);
    const PictureSize size(raw.height, raw.width);
    if (c == 0) first = size;
    if (size != first)
      throw Error("the image is " + std::to_string(size.width) + " x " + std::to_string(size.height) +
                      " pixels, the field's first channel " + std::to_string(first.width) + " x " +
                      std::to_string(first.height),
                  files[c].path.string(), "All channels of a field must have one size");
    take(c, std::move(raw));
  }
}

}  // namespace

LoadedField read_field(std::span<const ImageFile> files) {
  LoadedField field;
  read_planes(files, [&](std::size_t c, RawPlane raw) {
    const auto plane = to_float(raw);
    if (c == 0) field.image = FieldImage(static_cast<int>(files.size()), plane.height, plane.width);
    std::copy(plane.pixels.begin(), plane.pixels.end(), field.image.plane(static_cast<int>(c)).begin());
    field.white_level.push_back(white_level(raw));
  });
  return field;
}

std::vector<RawPlane> read_raw_field(std::span<const ImageFile> files) {
  std::vector<RawPlane> planes;
  read_planes(files, [&](std::size_t, RawPlane raw) { planes.push_back(std::move(raw)); });
  return planes;
}

}  // namespace cytoscale::image
