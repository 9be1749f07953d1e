#include "learn/data/store_images.hpp"

#include "core/error.hpp"
#include "learn/augment/augment.hpp"
#include "learn/data/training_plan.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::learn {
namespace {

template <typename Code>
void cut_as(const std::vector<std::byte>& codes, const std::vector<float>& scaling, int window_px,
            const image::WindowPlace& place, const TrainingCell& cell, const Warp& warp,
            image::PictureSize size, std::span<float> out) {
  const auto side = static_cast<std::size_t>(window_px);
  const auto skipped = static_cast<std::size_t>(place.top - place.window_top) * side +
                       static_cast<std::size_t>(place.left - place.window_left);
  const image::CodeWindow<Code> window{reinterpret_cast<const Code*>(codes.data()) + skipped,
                                       side,
                                       side * side,
                                       static_cast<int>(scaling.size() / 2),
                                       place.top,
                                       place.left,
                                       place.height,
                                       place.width,
                                       scaling.data(),
                                       scaling.data() + 1,
                                       2};
  cut_crop(window, cell.y, cell.x, warp, size, out);
}

}  // namespace

void StoreImages::cut(const TrainingCell& cell, const Warp& warp, image::PictureSize size,
                      std::span<float> out) const {
  // Of each thread, kept: no memory is allocated for a cell.
  thread_local std::vector<std::byte> codes;
  thread_local std::vector<float> scaling;
  codes.resize(store_.window_bytes());
  scaling.resize(2 * store_.channels());
  const auto place = window(cell, store_.window_px(), codes, scaling);
  if (store_.bits() == 8)
    cut_as<std::uint8_t>(codes, scaling, store_.window_px(), place, cell, warp, size, out);
  else
    cut_as<std::uint16_t>(codes, scaling, store_.window_px(), place, cell, warp, size, out);
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
