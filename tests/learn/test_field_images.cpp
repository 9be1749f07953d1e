#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "image/field_image.hpp"
#include "small_screen.hpp"
#include "store/illumination_file.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

std::vector<FieldId> all_fields(const screen::Screen& screen) {
  std::vector<FieldId> fields;
  for (FieldId f; f < screen.fields.size(); ++f) fields.push_back(f);
  return fields;
}

TEST(FieldImages, EveryRankHasEveryField) {
  const auto small = paint_small_screen(fresh_folder("field_images_all"));
  for (const int threads : {1, 3}) {
    const auto load =
        load_fields(quiet(), small.screen, small.cells, all_fields(small.screen), {}, {.threads = threads});
    EXPECT_TRUE(load.failures.empty());
    EXPECT_EQ(load.images.size(), 12u);
    for (FieldId f; f < 12; ++f) {
      const auto expected = image::pack_field(image::read_field(small.screen.fields[f].images));
      EXPECT_EQ(load.images.at(f).pixels, expected.pixels) << f;
      EXPECT_EQ(load.images.at(f).scale, expected.scale) << f;
    }
  }
}

TEST(FieldImages, UnreadableFieldsAreFailuresOnAllRanks) {
  const auto small = paint_small_screen(fresh_folder("field_images_bad"));
  if (world().root()) {
    std::filesystem::remove(small.screen.fields[2].images[1].path);
    std::filesystem::resize_file(small.screen.fields[7].images[0].path, 60);
  }
  world().barrier();
  const auto load = load_fields(quiet(), small.screen, small.cells, all_fields(small.screen), {},
                                {.threads = 2, .max_failed_fields = "2"});
  EXPECT_EQ(load.images.size(), 10u);
  ASSERT_EQ(load.failures.size(), 2u);
  EXPECT_EQ(load.failures[0].field, 2u);
  EXPECT_NE(load.failures[0].file.find("P1A03Actin.tif"), std::string::npos);
  EXPECT_EQ(load.failures[1].field, 7u);
  EXPECT_FALSE(load.failures[1].reason.empty());
}

TEST(FieldImages, AreCorrectedForIllumination) {
  const auto folder = fresh_folder("field_images_light");
  const auto small = paint_small_screen(folder);
  if (world().root()) {
    store::IlluminationWriter writer(folder / "illumination.h5", small.screen, {});
    for (const auto* plate : {"P1", "P2", "P3"}) {
      image::Illumination light{2, small_screen_px, small_screen_px, {}};
      light.gain.assign(2 * small_screen_px * small_screen_px, plate[1] == '2' ? 2.0f : 1.0f);
      writer.add(plate, light);
    }
    writer.commit();
  }
  world().barrier();
  const auto plain = load_fields(quiet(), small.screen, small.cells, {FieldId(0), FieldId(5)}, {}, {});
  const auto lit = load_fields(quiet(), small.screen, small.cells, {FieldId(0), FieldId(5)},
                               folder / "illumination.h5", {});
  EXPECT_FLOAT_EQ(lit.images.at(FieldId(0)).scale[0], plain.images.at(FieldId(0)).scale[0]);
  EXPECT_FLOAT_EQ(lit.images.at(FieldId(5)).scale[0], plain.images.at(FieldId(5)).scale[0] / 2);
  EXPECT_THROW(load_fields(quiet(), small.screen, small.cells, {FieldId(0)}, folder / "absent.h5", {}),
               Error);
}

TEST(FieldImages, MemoryIsBounded) {
  const auto small = describe_small_screen("x");
  const double bytes = image_memory_bytes(small.screen, small.cells, {FieldId(0), FieldId(1)});
  EXPECT_EQ(bytes, 2.0 * 2 * 2 * small_screen_px * small_screen_px);
  EXPECT_NO_THROW(check_image_memory(bytes, 0.001));
  try {
    check_image_memory(1e12, 8);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--image-memory"), std::string::npos);
  }
}

}  // namespace
}  // namespace cytoscale::learn
