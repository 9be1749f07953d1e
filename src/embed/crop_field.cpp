#include "embed/crop_field.hpp"

#include "core/error.hpp"
#include "image/field_image.hpp"
#include "prepare/field_reader.hpp"

namespace cytoscale {
namespace {

FieldImage read_corrected(const Screen& screen, const CellTable& cells, std::size_t field,
                          const Illumination* gain) {
  const auto& images = screen.fields[field].images;
  LoadedField loaded = read_field(images);
  if (loaded.image.height != cells.height[field] || loaded.image.width != cells.width[field]) {
    throw Error("the image is " + std::to_string(loaded.image.width) + "×" +
                    std::to_string(loaded.image.height) + " px; its cells were found in one of " +
                    std::to_string(cells.width[field]) + "×" + std::to_string(cells.height[field]),
                images.front().path.string(), "Run segment again");
  }
  if (gain != nullptr) correct(loaded.image, *gain);
  return std::move(loaded.image);
}

}  // namespace

CroppedField crop_field(const Screen& screen, const CellTable& cells, std::size_t field,
                        const Illumination* gain, const CropSettings& settings) {
  CroppedField result;
  result.field = field;
  try {
    const FieldImage image = read_corrected(screen, cells, field, gain);
    const auto side = static_cast<std::size_t>(settings.crop_px);
    const std::size_t size = static_cast<std::size_t>(image.channels) * side * side;
    result.crops.resize(static_cast<std::size_t>(cells.cells_of(field)) * size);
    const auto first = static_cast<std::size_t>(cells.first_cell[field]);
    for (std::size_t i = 0; i < result.crops.size() / size; ++i) {
      const std::span<float> crop(result.crops.data() + i * size, size);
      extract_crop(image, cells.y[first + i], cells.x[first + i], settings.crop_px, crop);
      normalise_crop(crop, image.channels, settings.normalisation);
    }
  } catch (const Error& error) {
    result.crops.clear();
    result.failure = failure_of(screen, field, error);
  }
  return result;
}

std::size_t crop_bytes(std::int64_t cells, std::size_t channels, int crop_px) {
  return static_cast<std::size_t>(cells) * channels * static_cast<std::size_t>(crop_px) *
         static_cast<std::size_t>(crop_px) * sizeof(float);
}

}  // namespace cytoscale
