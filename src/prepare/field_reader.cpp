#include "prepare/field_reader.hpp"

#include "core/error.hpp"
#include "image/size_text.hpp"

namespace cytoscale::prepare {

void FieldReader::Wanted::check(const image::PictureSize& own, const image::PictureSize& size,
                                const ImageFile& file) const {
  if (own != size)
    throw Error("the image is " + image::size_text(own) + ", " + words + image::size_text(size),
                file.path.string(), remedy);
}

FieldReader::FieldReader(const screen::Screen& screen, const std::vector<image::PictureSize>& plate_sizes)
    : screen_(screen),
      wanted_{"where its plate has ", "Replace the file, or take the field out of the manifest"} {
  for (const auto plate : plate_of_field(screen)) sizes_.push_back(plate_sizes[plate]);
}

FieldReader::FieldReader(const screen::Screen& screen, const store::CellTable& cells)
    : screen_(screen), wanted_{"its cells were found in one of ", "Run segment again"} {
  for (FieldId f; f < cells.fields(); ++f) sizes_.emplace_back(cells.height[f], cells.width[f]);
}

std::optional<image::FieldImage> FieldReader::read_corrected(FieldId field, const image::Illumination* gain,
                                                             Claim& claim) const {
  const auto images = screen_.fields.at(field).images;  // its own: a read that hangs may outlive the screen
  auto image = image::read_field(images);
  if (!claim.keep()) return std::nullopt;
  wanted_.check({image.height, image.width}, sizes_[field], images.front());
  if (gain != nullptr) image::correct(image, *gain);
  return image;
}

std::optional<std::vector<image::RawPlane>> FieldReader::read_raw(FieldId field, Claim& claim) const {
  const auto images = screen_.fields.at(field).images;
  auto planes = image::read_raw_field(images);
  if (!claim.keep()) return std::nullopt;
  wanted_.check({planes.front().height, planes.front().width}, sizes_[field], images.front());
  return planes;
}

bool FieldReader::read_planes(FieldId field, Claim& claim, const image::UsePlane& use) const {
  // Its own, as in read_corrected().
  const auto images = screen_.fields.at(field).images;
  const auto size = sizes_[field];
  const auto wanted = wanted_;
  image::read_planes(images, [&](int channel, image::Plane& plane, const image::PlaneFacts& facts) {
    wanted.check({plane.height, plane.width}, size, images.front());
    use(channel, plane, facts);
  });
  return claim.keep();
}

std::size_t FieldReader::bytes(FieldId field) const {
  return screen_.channels.size() * sizes_[field].pixels() * sizeof(float);
}

}  // namespace cytoscale::prepare
