// A training from the crop store has the losses and weights of one from the fields.
#include <gtest/gtest.h>

#include "core/system/files.hpp"
#include "learn/augment/augment.hpp"
#include "learn/data/field_images.hpp"
#include "learn/data/store_images.hpp"
#include "prepare/crop_screen.hpp"
#include "prepared_training.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

TEST(TrainFromStore, SameWeightsAsFromFields) {
  const auto folder = fresh_folder("train_store");
  const auto small = paint_small_screen(folder);
  const auto plan = small_plan(small);
  Log log(world().rank(), world().size(), true);
  const SteadyClock clock;
  auto options = shared_training();
  options.steps = 3;
  prepare::crop_screen(quiet(), small.screen, small.cells,
                       {window_for_crop(options.crop_px, options.augment), 16, {}},
                       {folder / "crops.h5", "", folder / "failures.csv"}, {});
  const store::CropStore store(folder / "crops.h5");
  const auto fields = load_fields(quiet(), small.screen, small.cells, plan.fields(), {}, {}).images;
  TrainRun from_fields{folder / "fields", {}, {}, log, clock},
      from_store{folder / "store", {}, {}, log, clock};
  const auto expected = train(world(), plan, fields, options, from_fields);
  const auto found = train(world(), plan, StoreImages(store, small.cells), options, from_store);
  EXPECT_EQ(found.losses, expected.losses);
  EXPECT_TRUE(read_file(folder / "store" / "model.safetensors") ==
              read_file(folder / "fields" / "model.safetensors"));
}

}  // namespace
}  // namespace cytoscale::learn
