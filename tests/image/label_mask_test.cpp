#include "image/segment/label_mask.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "image/io/read_image.hpp"
#include "image/io/tiff.hpp"
#include "make_png.hpp"
#include "make_tiff.hpp"
#include "test_support.hpp"

namespace cytoscale::image {
namespace {

using testing::HasSubstr;

std::filesystem::path mask_file(int height, int width, const std::vector<std::uint16_t>& labels) {
  const auto path = fresh_folder("mask") / "a.tif";
  write_tiff(path, height, width, labels);
  return path;
}

TEST(LabelMask, NumbersMayHaveGapsAndAnyOrder) {
  const auto mask = read_label_mask(mask_file(2, 4, {0, 900, 900, 7, 65535, 0, 0, 7}));
  EXPECT_EQ(mask.count, 3);
  EXPECT_THAT(mask.labels, testing::ElementsAre(0, 1, 1, 2, 3, 0, 0, 2));
}

TEST(LabelMask, CellsAreMeasuredByTheirPixels) {
  // A square of 2 x 2, a pixel at the corner, a cell in two pieces.
  const auto path = mask_file(5, 6, {9, 0, 0, 0, 0, 0,  //
                                     0, 0, 4, 4, 0, 0,  //
                                     0, 0, 4, 4, 0, 0,  //
                                     0, 6, 0, 0, 6, 0,  //
                                     0, 0, 0, 0, 0, 0});
  Plane dna(5, 6, 1);
  dna.at(1, 2) = 5;
  const auto cells = measure_labels(read_label_mask(path), dna).nuclei;
  ASSERT_EQ(cells.size(), 3);
  EXPECT_EQ(cells[0].y, 0);
  EXPECT_TRUE(cells[0].border);
  EXPECT_EQ(cells[0].area_px, 1);
  EXPECT_EQ(cells[1].y, 1.5f);
  EXPECT_EQ(cells[1].x, 2.5f);
  EXPECT_EQ(cells[1].mean_intensity, 2);
  EXPECT_NEAR(cells[1].eccentricity, 0, 1e-6);
  EXPECT_FALSE(cells[1].border);
  EXPECT_EQ(cells[2].area_px, 2);
  EXPECT_EQ(cells[2].x, 2.5f);
}

TEST(LabelMask, IsReadFromEveryKindOfFile) {
  for (const std::uint16_t bits : {8, 16, 32}) {
    TiffKind kind;
    kind.bits = bits;
    kind.photometric = bits == 8 ? PHOTOMETRIC_PALETTE : PHOTOMETRIC_MINISBLACK;
    const auto path = fresh_folder("mask_kinds") / "a.tif";
    make_tiff(path, kind);
    const auto mask = read_label_mask(path);
    const auto stored = to_float(read_raw({path}, Values::as_stored));
    for (std::size_t i = 0; i < mask.labels.size(); ++i)
      ASSERT_EQ(mask.labels[i] == 0, stored.pixels[i] == 0);
  }
  PngKind png;
  png.depth = 16;
  std::vector<std::uint16_t> labels(std::size_t(png.height) * png.width);
  labels[3] = 40000;
  labels[100] = 2;
  const auto path = fresh_folder("mask_kinds") / "a.png";
  make_png(path, png, labels);
  EXPECT_EQ(read_label_mask(path).count, 2);
}

TEST(LabelMask, RefusesWhatAreNoLabels) {
  const auto refused = [](const std::filesystem::path& path) {
    return message_of([&] { read_label_mask(path); });
  };
  TiffKind kind;
  kind.bits = 16;
  kind.format = SAMPLEFORMAT_INT;
  auto path = fresh_folder("mask_bad") / "a.tif";
  make_tiff(path, kind);
  EXPECT_THAT(refused(path), testing::AllOf(HasSubstr("is no label"), HasSubstr("a.tif")));
  kind.bits = 32;
  kind.format = SAMPLEFORMAT_IEEEFP;
  make_tiff(path, kind);
  EXPECT_THAT(refused(path), HasSubstr("is no label"));
  EXPECT_THAT(refused(path.parent_path() / "none.png"), HasSubstr("does not exist"));
  std::vector<std::uint16_t> objects(30 * 30);
  for (int y = 3; y < 25; ++y)
    for (int x : {4, 5, 6, 20, 21, 22}) objects[std::size_t(y * 30 + x)] = 255;
  EXPECT_THAT(refused(mask_file(30, 30, objects)), HasSubstr("black and white"));
  // One nucleus alone is no reason.
  for (int y = 3; y < 25; ++y)
    for (int x : {20, 21, 22}) objects[std::size_t(y * 30 + x)] = 0;
  EXPECT_EQ(read_label_mask(mask_file(30, 30, objects)).count, 1);
}

}  // namespace
}  // namespace cytoscale::image
