#include "prepare/field_reader.hpp"

#include "core/error.hpp"

namespace cytoscale::prepare {

image::LoadedField FieldReader::read(std::size_t field) const {
  const auto& images = screen_.fields.at(field).images;
  auto loaded = image::read_field(images);
  const auto& size = sizes_[plate_[field]];
  if (loaded.image.height != size.height || loaded.image.width != size.width) {
    throw Error("the image is " + std::to_string(loaded.image.width) + "×" +
                    std::to_string(loaded.image.height) + " px where its plate has " +
                    std::to_string(size.width) + "×" + std::to_string(size.height),
                images.front().path.string(), "Replace the file, or take the field out of the manifest");
  }
  return loaded;
}

image::FieldImage read_corrected(const screen::Screen& screen, const store::CellTable& cells,
                                 std::size_t field, const image::Illumination* gain) {
  const auto& images = screen.fields[field].images;
  image::LoadedField loaded = image::read_field(images);
  if (loaded.image.height != cells.height[field] || loaded.image.width != cells.width[field]) {
    throw Error("the image is " + std::to_string(loaded.image.width) + "×" +
                    std::to_string(loaded.image.height) + " px; its cells were found in one of " +
                    std::to_string(cells.width[field]) + "×" + std::to_string(cells.height[field]),
                images.front().path.string(), "Run segment again");
  }
  if (gain != nullptr) image::correct(loaded.image, *gain);
  return std::move(loaded.image);
}

screen::FieldFailure failure_of(const screen::Screen& screen, std::size_t field,
                                const std::exception& error) {
  const auto* ours = dynamic_cast<const Error*>(&error);
  if (ours && !ours->where().empty()) return {field, ours->where(), ours->problem()};
  return {field, screen.fields.at(field).images.front().path.string(), error.what()};
}

}  // namespace cytoscale::prepare
