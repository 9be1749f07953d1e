#include <gtest/gtest.h>

#include <fstream>

#include "core/error.hpp"
#include "image/lettering.hpp"
#include "image/scale_bar.hpp"
#include "make_tiff.hpp"
#include "test_support.hpp"

namespace cytoscale::image {
namespace {

// Rows of "#" and "." of a word drawn at size 1.
std::string drawn(std::string_view text, PictureSize size, int y = 0, int x = 0) {
  std::vector<std::uint8_t> rgb(3 * size.pixels());
  draw_text(text, y, x, 1, {10, 20, 30}, size, rgb);
  std::string rows;
  for (std::size_t i = 0; i < size.pixels(); ++i) {
    rows += rgb[3 * i + 1] == 20 ? '#' : '.';
    if ((i + 1) % std::size_t(size.width) == 0) rows += '\n';
  }
  return rows;
}

TEST(Lettering, LettersHaveTheirShapes) {
  EXPECT_EQ(drawn("L1", {7, 11}),
            "#.......#..\n"
            "#......##..\n"
            "#.......#..\n"
            "#.......#..\n"
            "#.......#..\n"
            "#.......#..\n"
            "#####..###.\n");
}

TEST(Lettering, MicroIsALetterAndWhatIsNotKnownAQuestionMark) {
  EXPECT_EQ(text_width("5 \u00b5m", 2), 4 * 2 * letter_width);
  EXPECT_EQ(drawn("\u00b5", {8, 5}), drawn("\u03bc", {8, 5}));
  EXPECT_EQ(drawn("\u00e9", {8, 5}), drawn("?", {8, 5}));
  EXPECT_EQ(drawn("\n", {8, 5}), drawn("?", {8, 5}));
}

TEST(Lettering, WhatLiesOutsideIsCutOff) {
  EXPECT_NE(drawn("WW", {5, 8}, -2, -3).find('#'), std::string::npos);
  EXPECT_EQ(drawn("WW", {5, 8}, 6, 0).find('#'), std::string::npos);
}

TEST(ScaleBar, IsRoundAndAtMostAQuarter) {
  for (const int width : {1, 7, 96, 256, 640, 2160})
    for (const auto um :
         {std::optional<double>(), std::optional(0.65), std::optional(0.1), std::optional(3.0)}) {
      const auto bar = scale_bar(width, um);
      EXPECT_GT(bar.length_px, 0);
      if (width >= 4 || um) {
        EXPECT_LE(bar.length_px, width / 4.0 + 1e-9);
        EXPECT_GT(bar.length_px, width / 4.0 / 2.5 - 1e-9);
      }
    }
  EXPECT_EQ(scale_bar(256, {}).text, "50 px");
  EXPECT_EQ(scale_bar(256, {}).length_px, 50);
  EXPECT_EQ(scale_bar(640, 0.65).text, "100 µm");
  EXPECT_NEAR(scale_bar(640, 0.65).length_px, 153.8, 0.1);
  EXPECT_EQ(scale_bar(100, 0.004).text, "0.1 µm");
}

TEST(ScaleBar, PixelsOfAFileWithoutMetadataAreNotKnown) {
  const auto folder = fresh_folder("scale_bar");
  make_tiff(folder / "a.tif", {});
  std::ofstream(folder / "b.tif") << "no TIFF";
  for (const char* name : {"a.tif", "b.tif", "c.tif"}) EXPECT_FALSE(pixel_um_of({folder / name})) << name;
  EXPECT_NE(message_of([] { validate_pixel_size(-1); }).find("--pixel-size"), std::string::npos);
  EXPECT_EQ(message_of([] { validate_pixel_size(0); }), "no error");
}

}  // namespace
}  // namespace cytoscale::image
