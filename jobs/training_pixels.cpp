#include "jobs/training_pixels.hpp"

#include <optional>

#include "core/text.hpp"
#include "learn/field_images.hpp"
#include "learn/store_images.hpp"
#include "mpi/agree.hpp"
#include "store/stage.hpp"

namespace cytoscale {
namespace {

// Keeps the store that it reads.
class OwnedStoreImages final : public CellImages {
 public:
  OwnedStoreImages(CropStore store, const CellTable& cells)
      : store_(std::move(store)), images_(store_, cells) {}
  void cut(const TrainingCell& cell, const Warp& warp, PictureSize size,
           std::span<float> out) const override {
    images_.cut(cell, warp, size, out);
  }

 private:
  CropStore store_;
  StoreImages images_;
};

}  // namespace

void TrainingPixels::declare_files(OptionSet& options) {
  options.add("crops", crops_,
              "crop store to train from (default: OUTPUT/crops.h5 if present), or none: from the images",
              "FILE");
}

void TrainingPixels::declare_machine(OptionSet& options) {
  options.add(
      "stage", stage_,
      "copy the crop store to this folder of each node first, e.g. its own disk; memory: to its memory",
      "DIR");
}

std::filesystem::path TrainingPixels::store(const std::filesystem::path& output) const {
  return crops_ == "none" ? std::filesystem::path() : file_at_hand(crops_, output / "crops.h5");
}

void TrainingPixels::check(const std::filesystem::path& store, const Screen& screen, const CellTable& cells,
                           const TrainingPlan& plan, const TrainOptions& options,
                           const std::filesystem::path& illumination, TrainRun& run) const {
  if (store.empty())
    return check_image_memory(image_memory_bytes(screen, cells, plan.fields()), options.image_memory_gib);
  const CropStore crops(store);
  crops.check_matches(screen, cells);
  check_store_fits(crops, options, illumination);
  run.provenance["inputs"]["crops"] = crops.layout();
  if (!is_exact(crops, options))
    run.identity["crops"] = {{"bits", crops.bits()}, {"window_px", crops.window_px()}};
}

LoadedPixels TrainingPixels::load(JobContext& context, const std::filesystem::path& store,
                                  const Screen& screen, const CellTable& cells,
                                  const std::vector<std::size_t>& fields,
                                  const std::filesystem::path& illumination, int threads) const {
  if (store.empty()) {
    auto load = load_fields(context.comm, screen, fields, illumination, threads, context.clock);
    return {std::make_unique<FieldImages>(std::move(load.images)), std::move(load.failures)};
  }
  std::optional<CropStore> crops;
  together(context.comm, [&] { crops.emplace(store); });
  if (!stage_.empty()) {
    const auto copy = stage_file(context.comm, store, crops->layout(), stage_, context.log);
    std::optional<CropStore> near;
    together(context.comm, [&] { near.emplace(copy); });
    release_staged(context.comm, copy, stage_);
    crops.emplace(std::move(*near));
  }
  context.log.info("training from " + crops->path().string() + ": windows of " +
                   std::to_string(crops->window_px()) + " px, " + std::to_string(crops->bits()) + " bits");
  LoadedPixels loaded;
  for (const auto field : fields)
    if (crops->field_failed(field))
      loaded.failures.push_back(
          {field, store.string(), "its images could not be read when the crop store was written"});
  loaded.images = std::make_unique<OwnedStoreImages>(std::move(*crops), cells);
  return loaded;
}

}  // namespace cytoscale
