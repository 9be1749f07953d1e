#include "learn/data/store_images.hpp"

#include "core/error.hpp"
#include "learn/augment/augment.hpp"
#include "learn/data/training_plan.hpp"
#include "learn/data/window_codes.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::learn {
void StoreImages::cut(const TrainingCell& cell, const Warp& warp, image::PictureSize size,
                      std::span<float> out) const {
  thread_local WindowMemory memory;
  memory.codes.resize(store_.window_bytes());
  memory.scaling.resize(2 * store_.channels());
  const int side = store_.window_px();
  const auto place = window(cell, side, memory.codes, memory.scaling);
  const auto cut_as = [&](auto code) {
    cut_from_window<decltype(code)>(memory, side, place, cell.y, cell.x, warp, size, out);
  };
  store_.bits() == 8 ? cut_as(std::uint8_t{}) : cut_as(std::uint16_t{});
}

image::WindowPlace StoreImages::window(const TrainingCell& cell, int side, std::span<std::byte> codes,
                                       std::span<float> scaling) const {
  store_.read(cell.row, codes, scaling);
  return image::place_window(cell.y, cell.x, side, cells_.height[cell.field], cells_.width[cell.field]);
}

void check_store_fits(const store::CropStore& store, const TrainOptions& options,
                      const std::filesystem::path& illumination) {
  const std::string remedy = "Run crop again, or train from the images with --crops none";
  if (store.window_px() < options.crop_px)
    throw Error("the crop store holds windows of " + std::to_string(store.window_px()) +
                    " px, --crop-size is " + std::to_string(options.crop_px),
                store.path().string(), remedy);
  const auto made_with = store.provenance().value("options", nlohmann::json::object());
  const auto neighbors = made_with.value("crop-neighbors", enum_name(image::CropNeighbors::keep));
  if (neighbors != enum_name(options.crop_neighbors))
    throw Error("the crop store was made with --crop-neighbors " + neighbors + ", not " +
                    enum_name(options.crop_neighbors),
                store.path().string(), remedy);
  if (illumination.empty()) return;
  const auto inputs = store.provenance().value("inputs", nlohmann::json::object());
  if (inputs.value("illumination", "") != store::fingerprint_of_path(illumination))
    throw Error("the crop store was not corrected by " + illumination.string(), store.path().string(),
                remedy);
}

bool is_exact(const store::CropStore& store, const TrainOptions& options) {
  return store.bits() == 16 && store.window_px() >= window_for_crop(options.crop_px, options.augment);
}

}  // namespace cytoscale::learn
