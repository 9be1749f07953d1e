// Values as files store them become intensities: offsets, white that is 0, and ceilings below the file's
// bits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "core/error.hpp"
#include "image/field_image.hpp"
#include "image/io/read_image.hpp"
#include "make_tiff.hpp"
#include "test_support.hpp"

namespace cytoscale::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class T>
RawPlane raw_of(PixelType type, const std::vector<T>& values) {
  RawPlane raw{1, int(values.size()), type, int(8 * sizeof(T)),
               std::vector<std::byte>(values.size() * sizeof(T))};
  std::memcpy(raw.bytes.data(), values.data(), raw.bytes.size());
  return raw;
}

template <class T>
std::vector<float> without_offset(PixelType type, const std::vector<T>& values, PixelType expected) {
  auto raw = raw_of(type, values);
  take_off_offset(raw);
  EXPECT_EQ(raw.type, expected);
  EXPECT_EQ(raw.offset_taken_off, expected != type);
  return to_float(raw).pixels;
}

TEST(Intensities, AnOffsetOfSignedValuesIsTakenOff) {
  EXPECT_THAT(without_offset<std::int16_t>(PixelType::i16, {-32768, -28673, 0, 32767}, PixelType::u16),
              ElementsAre(0, 4095, 32768, 65535));
  EXPECT_THAT(without_offset<std::int8_t>(PixelType::i8, {-128, -1, 127}, PixelType::u8),
              ElementsAre(0, 127, 255));
  EXPECT_THAT(without_offset<std::int32_t>(
                  PixelType::i32, {std::numeric_limits<std::int32_t>::min(), -2147483647}, PixelType::u32),
              ElementsAre(0, 1));
}

// What a subtracted background leaves is small.
TEST(Intensities, SmallNegativeValuesStay) {
  EXPECT_THAT(without_offset<std::int16_t>(PixelType::i16, {-200, 0, 3000}, PixelType::i16),
              ElementsAre(-200, 0, 3000));
  EXPECT_THAT(without_offset<std::int16_t>(PixelType::i16, {-16384, 5}, PixelType::i16),
              ElementsAre(-16384, 5));
  EXPECT_THAT(without_offset<std::int32_t>(PixelType::i32, {-7}, PixelType::i32), ElementsAre(-7));
}

TEST(Intensities, WhiteThatIsZeroIsInverted) {
  for (const std::uint16_t bits : {1, 4, 8, 12, 16, 32}) {
    TiffKind kind;
    kind.bits = bits;
    kind.photometric = PHOTOMETRIC_MINISWHITE;
    const auto path = fresh_folder("white") / "a.tif";
    make_tiff(path, kind);
    const auto stored = to_float(read_raw({path}, Values::as_stored));
    const auto raw = read_raw({path});
    const auto pixels = to_float(raw);
    for (std::size_t i = 0; i < stored.pixels.size(); ++i)
      ASSERT_NEAR(double(pixels.pixels[i]), double(white_level(raw)) - double(stored.pixels[i]),
                  bits == 32 ? 512 : 0)
          << bits;
  }
  TiffKind real;
  real.bits = 32;
  real.format = SAMPLEFORMAT_IEEEFP;
  real.photometric = PHOTOMETRIC_MINISWHITE;
  const auto path = fresh_folder("white") / "real.tif";
  make_tiff(path, real);
  EXPECT_THAT(message_of([&] { read_raw({path}); }), HasSubstr("min-is-white"));
  EXPECT_EQ(read_raw({path}, Values::as_stored).type, PixelType::f32);
}

// Adds tags to a 16-bit file.
std::filesystem::path tagged(const std::function<void(TIFF*)>& tag) {
  const auto path = fresh_folder("ceiling") / "a.tif";
  TIFF* tiff = TIFFOpen(path.c_str(), "w");
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 2u);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 1u);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 16);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  tag(tiff);
  std::uint16_t pixels[] = {7, 4095};
  TIFFWriteEncodedStrip(tiff, 0, pixels, sizeof pixels);
  TIFFClose(tiff);
  return path;
}

float white_of(const std::function<void(TIFF*)>& tag) {
  return white_level(read_raw({tagged(tag)}));
}

TEST(Intensities, TheFileNamesItsCeiling) {
  EXPECT_EQ(white_of([](TIFF*) {}), 65535);
  EXPECT_EQ(white_of([](TIFF* t) { TIFFSetField(t, TIFFTAG_MAXSAMPLEVALUE, 4095); }), 4095);
  EXPECT_EQ(white_of([](TIFF* t) { TIFFSetField(t, TIFFTAG_SMAXSAMPLEVALUE, 16383.0); }), 16383);
  // The brightest value of this image, which some programs write there.
  EXPECT_EQ(white_of([](TIFF* t) { TIFFSetField(t, TIFFTAG_MAXSAMPLEVALUE, 3121); }), 65535);
  const auto ome = [](const std::string& bits) {
    return [bits](TIFF* t) {
      TIFFSetField(t, TIFFTAG_IMAGEDESCRIPTION,
                   ("<OME><Pixels SignificantBits=\"" + bits + "\"/></OME>").c_str());
    };
  };
  EXPECT_EQ(white_of(ome("12")), 4095);
  EXPECT_EQ(white_of(ome("16")), 65535);
  EXPECT_EQ(white_of(ome("x")), 65535);
}

TEST(Intensities, FieldsStoredInOtherWaysAreTheSameField) {
  const auto data = test_data();
  if (!data) GTEST_SKIP() << no_data_reason;
  const auto folder = *data / "field/tiff";
  for (const std::string channel : {"dna", "agp"}) {
    EXPECT_EQ(read_raw({folder / ("white_" + channel + ".tif")}).bytes,
              read_raw({folder / ("black_" + channel + ".tif")}).bytes);
    const auto shifted = read_raw({folder / ("scanr_signed_" + channel + ".tif")});
    EXPECT_TRUE(shifted.offset_taken_off);
    EXPECT_EQ(shifted.bytes, read_raw({folder / ("plain12_" + channel + ".tif")}).bytes);
  }
}

}  // namespace
}  // namespace cytoscale::image
