#include <gtest/gtest.h>

#include <stdexcept>

#include "learn/data/batches.hpp"
#include "small_screen.hpp"

namespace cytoscale::learn {
namespace {

TEST(BatchQueue, KeepsTheOrderForAnyNumberOfThreads) {
  for (const int threads : {1, 2, 5}) {
    BatchQueue queue(3, 40, threads, [](std::int64_t item) {
      CropBatch batch;
      batch.count = static_cast<std::size_t>(item);
      return batch;
    });
    for (std::int64_t item = 3; item < 40; ++item)
      EXPECT_EQ(queue.next().count, static_cast<std::size_t>(item));
  }
}

TEST(BatchQueue, StopsWhenNobodyTakesAnyMore) {
  BatchQueue queue(0, 1000000, 2, [](std::int64_t) { return CropBatch{}; });
  queue.next();
}

TEST(BatchQueue, PassesFailuresOn) {
  BatchQueue queue(0, 10, 2, [](std::int64_t item) {
    if (item == 3) throw std::runtime_error("item 3");
    return CropBatch{};
  });
  EXPECT_THROW(
      {
        for (int i = 0; i < 10; ++i) queue.next();
      },
      std::runtime_error);
}

TEST(BatchMaker, PartsMakeTheWholeBatch) {
  const auto small = describe_small_screen("x");
  const auto plan = small_plan(small);
  FieldImages images;
  for (const auto field : plan.fields()) {
    image::FieldImage image(2, small_screen_px, small_screen_px);
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
      image.pixels[i] = static_cast<float>((i * 2654435761u + field * 40503u) % 60000u);
    images.insert(field, image::pack_field(image));
  }
  auto options = small_training();
  options.augment.background = 0.1;
  options.augment.blur_px = 1;
  const BatchMaker maker(plan, images, options, options.crop_px, image::CropNormalization::maximum);
  const auto whole = maker.training(5, 0, 16), first = maker.training(5, 0, 5),
             second = maker.training(5, 5, 16);
  EXPECT_EQ(whole.count, 16u);
  auto crops = first.crops;
  crops.insert(crops.end(), second.crops.begin(), second.crops.end());
  EXPECT_EQ(whole.crops, crops);
  auto targets = first.targets;
  targets.insert(targets.end(), second.targets.begin(), second.targets.end());
  EXPECT_EQ(whole.targets, targets);
  // Each channel of each crop was divided by its maximum.
  for (std::size_t i = 0; i < 32; ++i)
    EXPECT_EQ(*std::max_element(whole.crops.begin() + static_cast<std::ptrdiff_t>(i * 1024),
                                whole.crops.begin() + static_cast<std::ptrdiff_t>((i + 1) * 1024)),
              1.0f);
}

}  // namespace
}  // namespace cytoscale::learn
