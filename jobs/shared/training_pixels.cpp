#include "jobs/shared/training_pixels.hpp"

#include <optional>

#include "core/text/text.hpp"
#include "learn/data/field_images.hpp"
#include "learn/data/store_images.hpp"
#include "mpi/agree.hpp"
#include "store/staging.hpp"

namespace cytoscale::jobs {
namespace {

// Keeps the store that it reads.
class OwnedStoreImages final : public learn::CellImages {
 public:
  OwnedStoreImages(store::CropStore store, const store::CellTable& cells)
      : store_(std::move(store)), images_(store_, cells) {}
  void cut(const learn::TrainingCell& cell, const learn::Warp& warp, image::PictureSize size,
           std::span<float> out) const override {
    images_.cut(cell, warp, size, out);
  }

 private:
  store::CropStore store_;
  learn::StoreImages images_;
};

}  // namespace

void TrainingPixels::declare_files(cli::OptionSet& options, std::function<std::filesystem::path()> store) {
  options
      .add("crops", crops_,
           "crop store to train from (default: OUTPUT/crops.h5 if present), or none: from the images")
      .reads([store = std::move(store)] { return store().empty() ? cli::Paths{} : cli::Paths{store()}; });
}

void TrainingPixels::declare_machine(cli::OptionSet& options) {
  options
      .add("stage", stage_,
           "copy the crop store to this folder of each node first, e.g. its own disk; memory: to its memory")
      .value("DIR")
      .resource();
}

std::filesystem::path TrainingPixels::store(const std::filesystem::path& output) const {
  return crops_ == "none" ? std::filesystem::path() : existing_or_empty(crops_, output / "crops.h5");
}

void TrainingPixels::check(const std::filesystem::path& store, const screen::Screen& screen,
                           const store::CellTable& cells, const learn::TrainingPlan& plan,
                           const learn::TrainOptions& options, const std::filesystem::path& illumination,
                           learn::TrainRun& run) const {
  if (store.empty())
    return learn::check_image_memory(learn::image_memory_bytes(screen, cells, plan.fields()),
                                     options.image_memory_gib);
  const store::CropStore crops(store);
  crops.check_matches(screen, cells);
  learn::check_store_fits(crops, options, illumination);
  run.provenance["inputs"]["crops"] = crops.layout();
  if (!learn::is_exact(crops, options))
    run.identity["crops"] = {{"bits", crops.bits()}, {"window_px", crops.window_px()}};
}

LoadedPixels TrainingPixels::load(const mpi::RunContext& context, const std::filesystem::path& store,
                                  const screen::Screen& screen, const store::CellTable& cells,
                                  const std::vector<std::size_t>& fields,
                                  const std::filesystem::path& illumination,
                                  const prepare::FieldPassOptions& pass) const {
  if (store.empty()) {
    auto load = learn::load_fields(context, screen, cells, fields, illumination, pass);
    return {std::make_unique<learn::FieldImages>(std::move(load.images)), std::move(load.failures)};
  }
  std::optional<store::CropStore> crops;
  mpi::together(context.comm, [&] { crops.emplace(store); });
  if (!stage_.empty()) {
    const auto copy = store::stage_file(context.comm, store, crops->layout(), stage_, context.log);
    std::optional<store::CropStore> near;
    mpi::together(context.comm, [&] { near.emplace(copy); });
    store::release_staged(context.comm, copy, stage_);
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

}  // namespace cytoscale::jobs
