#include "embed/crop_field.hpp"

#include <span>

namespace cytoscale::embed {

std::vector<float> crop_field(const image::FieldImage& image, const store::CellTable& cells, FieldId field,
                              const CropSettings& settings) {
  const std::size_t size = static_cast<std::size_t>(image.channels) * settings.size.pixels();
  std::vector<float> crops(static_cast<std::size_t>(cells.cells_of(field)) * size);
  const auto first = static_cast<std::size_t>(cells.first_cell[field]);
  for (std::size_t i = 0; i < crops.size() / size; ++i) {
    const std::span<float> crop(crops.data() + i * size, size);
    image::extract_crop(image, cells.y[first + i], cells.x[first + i], settings.size, crop);
    image::normalize_crop(crop, image.channels, settings.rescaling);
  }
  return crops;
}

}  // namespace cytoscale::embed
