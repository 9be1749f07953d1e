#include "embed/crop_field.hpp"

#include <span>

namespace cytoscale::embed {

std::vector<float> crop_field(const image::FieldImage& image, const store::CellTable& cells, FieldId field,
                              const CropSettings& settings, const image::CellLabels& labels) {
  const std::size_t size = static_cast<std::size_t>(image.channels) * settings.size.pixels();
  std::vector<float> crops(static_cast<std::size_t>(cells.cells_of(field)) * size);
  const auto all_y = cells.of_field(cells.y, field), all_x = cells.of_field(cells.x, field);
  for (std::size_t i = 0; i < crops.size() / size; ++i) {
    const std::span<float> crop(crops.data() + i * size, size);
    const float y = all_y[i], x = all_x[i];
    const auto [height, width] = settings.size;
    image::extract_crop(image, y, x, settings.size, crop);
    image::visit_neighbors(
        labels, i, image::window_start(y, height), image::window_start(x, width), settings.size,
        [&, area = settings.size.pixels(), width = width](std::size_t row, std::size_t column) {
          for (std::size_t at = row * static_cast<std::size_t>(width) + column; at < size; at += area)
            crop[at] = 0;
        });
    image::normalize_crop(crop, image.channels, settings.rescaling);
  }
  return crops;
}

}  // namespace cytoscale::embed
