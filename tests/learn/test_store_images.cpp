// Crops out of the store have the bits of crops out of the fields.
#include "learn/data/store_images.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "image/field_image.hpp"
#include "learn/augment/augment.hpp"
#include "learn/data/field_images.hpp"
#include "prepare/crop_screen.hpp"
#include "small_screen.hpp"
#include "store/staging.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

using testing::HasSubstr;

struct StoreImagesTest : testing::Test {
  void prepare(const std::string& name) {
    folder = fresh_folder(name);
    small = paint_small_screen(folder);
    // To the fields' edges and corners, and off the pixels' middles.
    auto ys = small.cells.y.all(), xs = small.cells.x.all();
    for (std::size_t i = 0; i < ys.size(); ++i) {
      ys[i] = std::clamp(1.6f * (ys[i] - 80) + 80.3f, 0.0f, small_screen_px - 1.0f);
      xs[i] = std::clamp(1.6f * (xs[i] - 80) + 79.5f, 0.0f, small_screen_px - 1.0f);
    }
    small.cells.y = ys, small.cells.x = xs;
    fields =
        load_fields(quiet(), small.screen, small.cells, {FieldId(0), FieldId(5), FieldId(11)}, {}, {}).images;
  }
  // The same without what moves cells: with their masks, by which crops show no neighbors.
  void prepare_masked(const std::string& name) {
    folder = fresh_folder(name);
    small = paint_small_screen(folder);
    masks = paint_small_masks(small, folder);
    fields =
        load_fields(quiet(), small.screen, small.cells, {FieldId(0), FieldId(5), FieldId(11)}, {}, {}, masks)
            .images;
  }
  store::CropStore store(int window_px, int bits) {
    const prepare::FieldFiles files{folder / (std::to_string(window_px) + "x" + std::to_string(bits) + ".h5"),
                                    "", folder / "failures.csv"};
    prepare::CropScreenOptions options{window_px, bits};
    options.neighbors = masks.empty() ? image::CropNeighbors::keep : image::CropNeighbors::blank;
    options.masks = masks;
    const nlohmann::json made_with = {{"crop-neighbors", enum_name(options.neighbors)}};
    prepare::crop_screen(quiet(), small.screen, small.cells, options, files, {{"options", made_with}});
    return store::CropStore(files.output);
  }
  // Crops of the same random warps from the store and from the fields; `look` gets both.
  template <typename Look>
  void compare(const store::CropStore& crops, int crop_px, const AugmentOptions& augment, const Look& look) {
    const StoreImages images(crops, small.cells);
    const auto size = static_cast<std::size_t>(2 * crop_px * crop_px);
    std::vector<float> expected(size), found(size);
    for (const std::uint32_t field : {0u, 5u, 11u}) {
      for (auto row = small.cells.first_cell[field]; row < small.cells.first_cell[field + 1]; ++row) {
        const auto i = static_cast<std::size_t>(row);
        const TrainingCell cell{field, small.cells.y[i], small.cells.x[i], CellId(row)};
        for (std::uint64_t draw = 0; draw < 6; ++draw) {
          Random random(9, {i, draw});
          const Warp warp = draw == 0 ? Warp{} : draw_warp(random, augment);
          fields.cut(cell, warp, crop_px, expected);
          images.cut(cell, warp, crop_px, found);
          look(expected, found);
        }
      }
    }
  }

  std::filesystem::path folder;
  SmallScreen small;
  std::string masks;
  FieldImages fields;
};

TEST_F(StoreImagesTest, SixteenBitsAreTheSameBits) {
  prepare("store_bits");
  const AugmentOptions all, none{false, false, 0}, shifts{true, false, 6.5};
  for (const int crop_px : {31, 32})
    for (const auto& augment : {all, none, shifts}) {
      const int window = window_for_crop(crop_px, augment);
      const auto crops = store(window, 16);
      TrainOptions options;
      options.crop_px = crop_px;
      options.augment = augment;
      EXPECT_TRUE(is_exact(crops, options));
      std::size_t different = 0;
      compare(crops, crop_px, augment, [&](const auto& a, const auto& b) {
        different += std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) != 0;
      });
      EXPECT_EQ(different, 0u) << crop_px << " px, windows of " << window;
      world().barrier();
    }
}

TEST_F(StoreImagesTest, WithoutNeighborsTheBitsAreTheSame) {
  prepare_masked("store_neighbors");
  const AugmentOptions all, none{false, false, 0};
  for (const int crop_px : {63, 64})
    for (const auto& augment : {all, none}) {
      const auto crops = store(window_for_crop(crop_px, augment), 16);
      std::size_t different = 0, zeros = 0;
      compare(crops, crop_px, augment, [&](const auto& a, const auto& b) {
        different += std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) != 0;
        zeros += static_cast<std::size_t>(std::count(a.begin(), a.end(), 0.0f));
      });
      EXPECT_EQ(different, 0u) << crop_px;
      EXPECT_GT(zeros, 100000u);
      TrainOptions options;
      options.crop_px = crop_px;
      EXPECT_THAT(message_of([&] { check_store_fits(crops, options, {}); }),
                  HasSubstr("--crop-neighbors blank, not keep"));
      options.crop_neighbors = image::CropNeighbors::blank;
      check_store_fits(crops, options, {});
      world().barrier();
    }
}

// Upright: 0 in place of others, the field's pixels elsewhere.
TEST_F(StoreImagesTest, NeighborsAreBlankedOutOfFields) {
  prepare_masked("fields_neighbors");
  const auto kept = load_fields(quiet(), small.screen, small.cells, {FieldId(5)}, {}, {}).images;
  std::vector<float> own(2 * 64 * 64), whole(own.size());
  for (auto row = small.cells.first_cell[5]; row < small.cells.first_cell[6]; ++row) {
    const auto i = static_cast<std::size_t>(row);
    const TrainingCell cell{5, small.cells.y[i], small.cells.x[i], CellId(row)};
    fields.cut(cell, {}, 64, own);
    kept.cut(cell, {}, 64, whole);
    for (int at = 0; at < 2 * 64 * 64; ++at) {
      const int y = at / 64 % 64 - 32, x = at % 64 - 32;  // of the cell's center
      const bool gap = std::abs(y) == 20 || std::abs(x) == 20 || (y == -20 || x == -20);
      const bool other = !gap && (std::abs(y) > 20 || std::abs(x) > 20);
      ASSERT_EQ(own[static_cast<std::size_t>(at)], other ? 0 : whole[static_cast<std::size_t>(at)]) << at;
    }
  }
}

// A window of the crop's size: upright crops are the same bits, turned ones lose their corners only.
TEST_F(StoreImagesTest, ExactWindowsHaveCornersOfZeros) {
  prepare("store_corners");
  const auto crops = store(32, 16);
  compare(crops, 32, {true, false, 0}, [&](const auto& a, const auto& b) { EXPECT_EQ(a, b); });
  AugmentOptions turned;
  turned.translation_px = 0;
  const auto middle_of = [](int i) {
    return std::abs(i % 32 - 15.5) < 10 && std::abs(i / 32 % 32 - 15.5) < 10;
  };
  compare(crops, 32, turned, [&](const auto& a, const auto& b) {
    for (int i = 0; i < 2048; ++i) {
      if (middle_of(i)) {
        EXPECT_EQ(a[static_cast<std::size_t>(i)], b[static_cast<std::size_t>(i)]);
      }
      EXPECT_LE(b[static_cast<std::size_t>(i)], a[static_cast<std::size_t>(i)]);
    }
  });
}

TEST_F(StoreImagesTest, EightBitsAreNear) {
  prepare("store_8");
  const AugmentOptions augment;
  const auto crops = store(window_for_crop(32, augment), 8);
  compare(crops, 32, augment, [&](const auto& a, const auto& b) {
    const float largest = *std::max_element(a.begin(), a.end());
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 8000.0f / 255) << largest;
  });
}

TEST_F(StoreImagesTest, RefusesWhatDoesNotFit) {
  prepare("store_refused");
  const auto crops = store(32, 16);
  TrainOptions options;
  options.crop_px = 33;
  try {
    check_store_fits(crops, options, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("--crop-size"), HasSubstr("32x16.h5"), HasSubstr("--crops none")));
  }
  options.crop_px = 32;
  EXPECT_NO_THROW(check_store_fits(crops, options, {}));
  EXPECT_FALSE(is_exact(crops, options));
  if (world().root()) write_file_atomically(folder / "other_light.h5", "not what it was made with");
  world().barrier();
  EXPECT_THROW(check_store_fits(crops, options, folder / "other_light.h5"), Error);
}

TEST_F(StoreImagesTest, StagedCopiesAreMadeOnce) {
  prepare("store_staged");
  const auto crops = store(32, 16);
  Log log(world().rank(), world().size(), true);
  const auto near = folder / "near";
  const auto copy = store::stage_file(world(), crops.path(), crops.layout(), near.string(), log);
  EXPECT_TRUE(read_file(copy) == read_file(crops.path()));
  world().barrier();
  if (world().root()) {  // the same size and time: taken for the copy, not made again
    const auto time = std::filesystem::last_write_time(copy);
    write_file_atomically(copy, std::string(std::filesystem::file_size(copy), 'x'));
    std::filesystem::last_write_time(copy, time);
  }
  world().barrier();
  EXPECT_EQ(store::stage_file(world(), crops.path(), crops.layout(), near.string(), log), copy);
  EXPECT_EQ(read_file(copy)[0], 'x');
  world().barrier();
  if (world().root()) std::filesystem::resize_file(copy, 100);  // half a copy is made anew
  world().barrier();
  store::stage_file(world(), crops.path(), crops.layout(), near.string(), log);
  EXPECT_TRUE(read_file(copy) == read_file(crops.path()));
  const auto shared = store::stage_file(world(), crops.path(), crops.layout(), "memory", log);
  const store::CropStore held(shared);
  store::release_staged(world(), shared, "memory");
  world().barrier();
  EXPECT_FALSE(std::filesystem::exists(shared));
  compare(held, 32, {false, false, 0}, [&](const auto& a, const auto& b) { EXPECT_EQ(a, b); });
  EXPECT_THROW(store::stage_file(world(), crops.path(), "k", (crops.path() / "below").string(), log), Error);
}

}  // namespace
}  // namespace cytoscale::learn
