#include "image/io/png.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "make_png.hpp"
#include "make_tiff.hpp"
#include "test_support.hpp"

namespace cytoscale::image {
namespace {

using testing::HasSubstr;

std::vector<std::uint16_t> ramp(const PngKind& kind, int most) {
  std::vector<std::uint16_t> samples;
  const auto count = std::size_t(kind.width) * kind.height * std::size_t(samples_of(kind));
  for (std::size_t i = 0; i < count; ++i) samples.push_back(std::uint16_t(i * 7919 % std::size_t(most + 1)));
  return samples;
}

std::filesystem::path written(const PngKind& kind, const std::vector<std::uint16_t>& samples,
                              const std::string& name = "a.png") {
  const auto path = fresh_folder("png") / name;
  make_png(path, kind, samples);
  return path;
}

std::string reason(const std::filesystem::path& path) {
  return message_of([&] { read_raw({path}); });
}

TEST(Png, ReadsGrayOfEveryDepthInterlacedOrNot) {
  for (const int depth : {1, 2, 4, 8, 16}) {
    for (const bool interlaced : {false, true}) {
      PngKind kind;
      kind.depth = depth;
      kind.interlaced = interlaced;
      const auto samples = ramp(kind, (1 << depth) - 1);
      // Told by its first bytes, whatever its name.
      const auto path = written(kind, samples, depth == 8 ? "a.PNG" : "a");
      const auto raw = read_raw({path});
      const auto info = inspect_image({path});
      EXPECT_EQ(info.height, 21);
      EXPECT_EQ(info.width, 30);
      EXPECT_EQ(info.bits, depth);
      EXPECT_EQ(info.pages, 1);
      EXPECT_EQ(raw.type, depth == 16 ? PixelType::u16 : PixelType::u8);
      EXPECT_EQ(raw.type, info.type);
      EXPECT_EQ(white_level(raw), float((1 << depth) - 1));
      EXPECT_EQ(to_float(raw).pixels, std::vector<float>(samples.begin(), samples.end())) << depth;
    }
  }
}

TEST(Png, GrayStoredAsColorIsGray) {
  for (const int color : {PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA}) {
    for (const int depth : {8, 16}) {
      PngKind kind;
      kind.color = color;
      kind.depth = depth;
      const int samples = samples_of(kind), full = (1 << depth) - 1;
      auto all = ramp(kind, full);
      std::vector<float> gray;
      for (std::size_t i = 0; i < all.size(); i += std::size_t(samples)) {
        gray.push_back(all[i]);
        for (int s = 1; s < samples; ++s) all[i + std::size_t(s)] = all[i];
        if (samples % 2 == 0) all[i + std::size_t(samples) - 1] = std::uint16_t(full);
      }
      EXPECT_EQ(to_float(read_raw({written(kind, all)})).pixels, gray);
      auto odd = all;
      odd[odd.size() - 2] ^= 1;
      EXPECT_THAT(reason(written(kind, odd)), HasSubstr(samples == 2 ? "no error" : "in color"));
      if (samples % 2 == 1) continue;
      odd = all;
      odd.back() = 3;
      EXPECT_THAT(reason(written(kind, odd)), HasSubstr("transparent"));
    }
  }
}

TEST(Png, LooksUpAPaletteOfGraysForIntensitiesAlone) {
  PngKind kind;
  kind.color = PNG_COLOR_TYPE_PALETTE;
  kind.palette = {{200, 200, 200}, {0, 0, 0}, {90, 90, 90}};
  const auto indices = ramp(kind, 2);
  const auto path = written(kind, indices);
  const auto pixels = to_float(read_raw({path})).pixels;
  for (std::size_t i = 0; i < indices.size(); ++i) ASSERT_EQ(pixels[i], float(kind.palette[indices[i]].red));
  EXPECT_EQ(to_float(read_raw({path}, Values::as_stored)).pixels,
            std::vector<float>(indices.begin(), indices.end()));
  kind.palette[2] = {90, 91, 90};
  EXPECT_THAT(reason(written(kind, indices)), HasSubstr("palette of colors"));
}

TEST(Png, NamesTheTroubleWithAFile) {
  PngKind kind;
  const auto path = written(kind, ramp(kind, 255));
  const auto all = read_file(path);
  for (const std::size_t length : {20u, 40u, unsigned(all.size() / 2), unsigned(all.size() - 5)}) {
    std::ofstream(path, std::ios::binary) << all.substr(0, length);
    EXPECT_THAT(reason(path), testing::AllOf(HasSubstr("a.png"), HasSubstr("copy it again")));
  }
  PngKind wide;
  wide.width = 5000;
  const auto large = written(wide, ramp(wide, 0));
  EXPECT_EQ(read_raw({large}).width, 5000);
  const std::filesystem::path page = large;
  EXPECT_THAT(message_of([&] { read_raw({page, 1}); }), HasSubstr("a PNG has one"));
  const auto choice = std::make_shared<const PlaneChoice>(PlaneChoice{{"DNA", "AGP"}, 0, no_z_plane});
  EXPECT_THAT(message_of([&] { inspect_image({page, 0, choice}); }), HasSubstr("2 channels are expected"));
  std::ofstream(path, std::ios::binary) << "this is no picture, whatever its name";
  EXPECT_THAT(reason(path), HasSubstr("not a readable TIFF"));
}

// A TIFF that is called .png is read; the content tells.
TEST(Png, ContentCountsNotTheName) {
  const auto path = fresh_folder("png_name") / "a.png";
  TiffKind kind;
  make_tiff(path, kind);
  EXPECT_EQ(read_raw({path}).bits, 16);
}

TEST(Png, FieldsOfDeepProfilerAreTheTiffTheyWereMadeFrom) {
  const auto data = test_data();
  if (!data) GTEST_SKIP() << no_data_reason;
  const auto folder = *data / "field/tiff";
  const auto png = to_float(read_raw({folder / "dna.png"}));
  EXPECT_EQ(png.width, 512);
  EXPECT_EQ(inspect_image({folder / "agp.png"}).height, 512);
  EXPECT_GT(*std::max_element(png.pixels.begin(), png.pixels.end()), 100.0f);
}

}  // namespace
}  // namespace cytoscale::image
