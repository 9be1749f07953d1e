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
      plate_(screen),
      sizes_(plate_sizes),
      wanted_{"where its plate has ", "Replace the file, or take the field out of the manifest"} {}

FieldReader::FieldReader(const screen::Screen& screen, const store::CellTable& cells, std::string masks)
    : screen_(screen),
      cells_(&cells),
      masks_(std::move(masks)),
      wanted_{"its cells were found in one of ", "Run segment again"} {}

image::PictureSize FieldReader::size(FieldId field) const {
  return cells_ ? image::PictureSize(cells_->height[field], cells_->width[field]) : sizes_[(*plate_)[field]];
}

std::optional<image::FieldImage> FieldReader::read_corrected(FieldId field, const image::Illumination* gain,
                                                             Claim& claim, image::CellLabels* labels) const {
  const auto images = screen_.fields.images_of(field);  // its own: a read that hangs may outlive the screen
  auto mask = mask_of(field, labels);
  auto image = image::read_field(images);
  mask.read();
  if (!claim.keep()) return std::nullopt;
  wanted_.check({image.height, image.width}, size(field), images.front());
  find_cells(field, std::move(mask), labels);
  if (gain != nullptr) image::correct(image, *gain);
  return image;
}

std::optional<std::vector<image::RawPlane>> FieldReader::read_raw(FieldId field, Claim& claim,
                                                                  image::CellLabels* labels) const {
  const auto images = screen_.fields.images_of(field);
  auto mask = mask_of(field, labels);
  auto planes = image::read_raw_field(images);
  mask.read();
  if (!claim.keep()) return std::nullopt;
  wanted_.check({planes.front().height, planes.front().width}, size(field), images.front());
  find_cells(field, std::move(mask), labels);
  return planes;
}

bool FieldReader::read_planes(FieldId field, Claim& claim, const image::UsePlane& use) const {
  // Its own, as in read_corrected().
  const auto images = screen_.fields.images_of(field);
  const auto own_size = size(field);
  const auto wanted = wanted_;
  image::read_planes(images, [&](int channel, image::Plane& plane, const image::PlaneFacts& facts) {
    wanted.check({plane.height, plane.width}, own_size, images.front());
    use(channel, plane, facts);
  });
  return claim.keep();
}

std::size_t FieldReader::bytes(FieldId field) const {
  const auto planes = screen_.channels.size() + (masks_.empty() ? 0 : 1);
  return planes * size(field).pixels() * sizeof(float);
}

void FieldReader::Mask::read() {
  if (!path.empty()) labels = image::read_label_mask(path);
}

FieldReader::Mask FieldReader::mask_of(FieldId field, const image::CellLabels* wanted) const {
  if (masks_.empty() || wanted == nullptr) return {};
  return {screen_.fill(masks_, field), {}};
}

void FieldReader::find_cells(FieldId field, Mask mask, image::CellLabels* labels) const {
  if (mask.path.empty()) return;
  image::check_mask_size(mask.labels, size(field), mask.path);
  *labels = image::labels_of_cells(std::move(mask.labels), cells_->of_field(cells_->y, field),
                                   cells_->of_field(cells_->x, field), mask.path);
}

std::string masks_to_read(image::CropNeighbors neighbors, const std::string& masks) {
  if (neighbors == image::CropNeighbors::keep) return {};
  if (masks.empty())
    throw Error(
        "neighbors are to be blanked out of the crops, but no label masks tell whose a pixel is",
        "--crop-neighbors",
        "Name with --masks those that segment took its cells from; cells that segment found by itself "
        "or took from --locations have none");
  return masks;
}

}  // namespace cytoscale::prepare
