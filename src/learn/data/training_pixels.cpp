#include "learn/data/training_pixels.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "learn/data/field_images.hpp"
#include "learn/data/store_images.hpp"
#include "mpi/agree.hpp"
#include "prepare/field_reader.hpp"
#include "store/staging.hpp"

namespace cytoscale::learn {
namespace {

// Keeps the store that it reads.
class OwnedStoreImages final : public CellImages {
 public:
  OwnedStoreImages(store::CropStore store, const store::CellTable& cells)
      : store_(std::move(store)), images_(store_, cells) {}
  void cut(const TrainingCell& cell, const Warp& warp, image::PictureSize size,
           std::span<float> out) const override {
    images_.cut(cell, warp, size, out);
  }
  int bits() const override { return images_.bits(); }
  int window_px(int wanted) const override { return images_.window_px(wanted); }
  image::WindowPlace window(const TrainingCell& cell, int side, std::span<std::byte> codes,
                            std::span<float> scaling) const override {
    return images_.window(cell, side, codes, scaling);
  }

 private:
  store::CropStore store_;
  StoreImages images_;
};

// The store, or its copy near by. Collective: yes.
store::CropStore open_store(const mpi::RunContext& context, const PixelSource& source) {
  std::optional<store::CropStore> crops, near;
  mpi::together(context.comm, [&] { crops.emplace(source.crops); });
  if (source.stage.empty()) return std::move(*crops);
  const auto copy = store::stage_file(context.comm, source.crops, crops->layout(), source.stage, context.log);
  mpi::together(context.comm, [&] { near.emplace(copy); });
  store::release_staged(context.comm, copy, source.stage);
  return std::move(*near);
}

}  // namespace

void check_pixels(const PixelSource& source, const screen::Screen& screen, const store::CellTable& cells,
                  const TrainingPlan& plan, const TrainOptions& options, nlohmann::json& provenance,
                  nlohmann::json& identity) {
  if (source.crops.empty()) {
    const bool labels = !prepare::masks_to_read(options.crop_neighbors, source.masks).empty();
    return check_image_memory(image_memory_bytes(screen, cells, plan.fields(), labels),
                              options.image_memory_gib);
  }
  const store::CropStore crops(source.crops);
  crops.check_matches(screen, cells);
  check_store_fits(crops, options, source.illumination);
  provenance["inputs"]["crops"] = crops.layout();
  if (!is_exact(crops, options))
    identity["crops"] = {{"bits", crops.bits()}, {"window_px", crops.window_px()}};
}

LoadedPixels load_pixels(const mpi::RunContext& context, const PixelSource& source,
                         const screen::Screen& screen, const store::CellTable& cells,
                         const std::vector<FieldId>& fields, image::CropNeighbors neighbors,
                         const prepare::FieldPassOptions& pass) {
  if (source.crops.empty()) {
    auto load = load_fields(context, screen, cells, fields, source.illumination, pass,
                            prepare::masks_to_read(neighbors, source.masks));
    return {std::make_unique<FieldImages>(std::move(load.images)), std::move(load.failures)};
  }
  auto crops = open_store(context, source);
  context.log.info("training from " + crops.path().string() + ": windows of " +
                   std::to_string(crops.window_px()) + " px, " + std::to_string(crops.bits()) + " bits");
  LoadedPixels loaded;
  for (const auto field : fields)
    if (crops.field_failed(field))
      loaded.failures.push_back(
          {field, source.crops.string(), "its images could not be read when the crop store was written"});
  loaded.images = std::make_unique<OwnedStoreImages>(std::move(crops), cells);
  return loaded;
}

}  // namespace cytoscale::learn
