// TIFF files of every kind, read and written.
#include "image/io/tiff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "image/field_image.hpp"
#include "tiff_support.hpp"

namespace cytoscale::image {
namespace {

using testing::HasSubstr;

void expect_pattern(const RawPlane& raw, const TiffKind& kind, int page) {
  const auto expected = pattern(kind, page);
  ASSERT_EQ(raw.bytes.size(), expected.size());
  EXPECT_EQ(std::memcmp(raw.bytes.data(), expected.data(), expected.size()), 0);
}

TEST(Tiff, ReadsEveryLayoutCompressionAndByteOrder) {
  const std::vector<std::uint16_t> codecs = {COMPRESSION_NONE,          COMPRESSION_LZW,
                                             COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS,
                                             COMPRESSION_ZSTD,          COMPRESSION_LZMA};
  int kinds = 0;
  for (const auto codec : codecs) {
    if (!TIFFIsCODECConfigured(codec)) continue;
    for (const std::string mode : {"wl", "wb", "w8l", "w8b"}) {
      for (const std::uint32_t tile : {0u, 16u, 64u}) {
        TiffKind kind;
        kind.compression = codec;
        kind.mode = mode;
        kind.tile = tile;
        const auto raw = read_raw({written("kinds", kind), 0});
        EXPECT_EQ(raw.type, PixelType::u16);
        EXPECT_EQ(raw.height, 40);
        EXPECT_EQ(raw.width, 50);
        expect_pattern(raw, kind, 0);
        ++kinds;
      }
    }
  }
  EXPECT_GE(kinds, 48);
}

TEST(Tiff, ReadsEveryPixelType) {
  struct Case {
    std::uint16_t bits, format;
    PixelType type;
    std::uint16_t predictor;
  };
  for (const auto& c :
       {Case{8, SAMPLEFORMAT_UINT, PixelType::u8, 2}, Case{8, SAMPLEFORMAT_INT, PixelType::i8, 2},
        Case{16, SAMPLEFORMAT_INT, PixelType::i16, 2}, Case{32, SAMPLEFORMAT_UINT, PixelType::u32, 2},
        Case{32, SAMPLEFORMAT_INT, PixelType::i32, 1}, Case{64, SAMPLEFORMAT_UINT, PixelType::u64, 2},
        Case{64, SAMPLEFORMAT_INT, PixelType::i64, 1}, Case{16, SAMPLEFORMAT_IEEEFP, PixelType::f16, 3},
        Case{32, SAMPLEFORMAT_IEEEFP, PixelType::f32, 3}, Case{64, SAMPLEFORMAT_IEEEFP, PixelType::f64, 3}}) {
    TiffKind kind;
    kind.bits = c.bits;
    kind.format = c.format;
    kind.predictor = c.predictor;
    kind.compression = COMPRESSION_ADOBE_DEFLATE;
    const ImageFile file{written("types", kind), 0};
    const auto raw = read_raw(file, Values::as_stored);
    EXPECT_EQ(raw.type, c.type);
    EXPECT_EQ(inspect_image(file).type, c.type);
    expect_pattern(raw, kind, 0);
  }
}

TEST(Tiff, SumsTheDifferencesOfEveryCodecAndOrder) {
  int kinds = 0;
  for (const std::uint16_t codec : {COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE,
                                    COMPRESSION_ZSTD, COMPRESSION_LZMA}) {
    if (!TIFFIsCODECConfigured(codec)) continue;
    for (const char* mode : {"w", "wb", "w8"}) {
      for (const std::uint16_t bits : {8, 16, 32}) {
        for (const std::uint32_t tile : {0u, 16u}) {
          TiffKind kind;
          kind.mode = mode;
          kind.bits = bits;
          kind.tile = tile;
          kind.compression = codec;
          kind.predictor = 2;
          kind.pages = 2;
          const auto path = written("differences", kind);
          for (int page = 0; page < 2; ++page) expect_pattern(read_raw({path, page}), kind, page);
          ++kinds;
        }
      }
    }
  }
  EXPECT_GE(kinds, 36);
}

TEST(Tiff, WidensFewerBitsWithoutScaling) {
  for (const std::uint16_t bits : {1, 2, 4, 10, 12, 14}) {
    TiffKind kind;
    kind.bits = bits;
    kind.photometric = bits == 4 ? PHOTOMETRIC_PALETTE : PHOTOMETRIC_MINISWHITE;
    const auto raw = read_raw({written("bits", kind), 0}, Values::as_stored);
    EXPECT_EQ(raw.type, bits <= 8 ? PixelType::u8 : PixelType::u16);
    EXPECT_EQ(raw.bits, bits);
    EXPECT_EQ(white_level(raw), float((1 << bits) - 1));
    const auto bytes = pattern(kind, 0);
    const auto plane = to_float(raw);
    const std::uint64_t row = (std::uint64_t(kind.width) * bits + 7) / 8;
    for (std::uint32_t x = 0; x < kind.width; ++x) {
      unsigned expected = 0;  // bit by bit, the highest first
      for (unsigned b = 0; b < bits; ++b) {
        const std::uint64_t at = std::uint64_t(x) * bits + b;
        expected = expected << 1 | (bytes[3 * row + at / 8] >> (7 - at % 8) & 1u);
      }
      ASSERT_EQ(plane.at(3, int(x)), float(expected)) << bits << " bits, x " << x;
    }
  }
}

TEST(Tiff, ReadsPagesByNumber) {
  TiffKind kind;
  kind.pages = 3;
  kind.compression = COMPRESSION_LZW;
  const auto path = written("pages", kind);
  EXPECT_EQ(inspect_image({path, 2}).pages, 3);
  for (int page = 0; page < 3; ++page) expect_pattern(read_raw({path, page}), kind, page);
  EXPECT_THAT(read_reason(path, 3), HasSubstr("page 3 was asked for, the file has 3"));
  EXPECT_THAT(read_reason(path, -1), HasSubstr("page -1"));
}

TEST(Tiff, ConvertsToFiniteFloats) {
  const auto plane_of = [](PixelType type, auto value) {
    RawPlane raw{1, 1, type, int(8 * sizeof value), std::vector<std::byte>(sizeof value)};
    std::memcpy(raw.bytes.data(), &value, sizeof value);
    return to_float(raw).at(0, 0);
  };
  EXPECT_EQ(plane_of(PixelType::i16, std::int16_t(-5)), -5.0f);
  EXPECT_EQ(plane_of(PixelType::u32, std::uint32_t(4000000000u)), 4e9f);
  EXPECT_EQ(plane_of(PixelType::f64, 0.25), 0.25f);
  EXPECT_EQ(plane_of(PixelType::f32, std::nanf("")), 0.0f);
  EXPECT_EQ(plane_of(PixelType::f64, 1e300), 0.0f);
  EXPECT_EQ(plane_of(PixelType::f16, std::uint16_t(0x3555)), 0.333251953125f);  // numpy.float16(1/3)
  EXPECT_EQ(plane_of(PixelType::f16, std::uint16_t(0x8001)), -5.9604644775390625e-08f);
  EXPECT_EQ(plane_of(PixelType::f16, std::uint16_t(0x7c00)), 0.0f);  // infinity
}

TEST(Tiff, WritesTheSameBytesAndReadsThemBack) {
  const auto folder = fresh_folder("tiff_write");
  std::vector<std::uint16_t> pixels(301 * 200);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::uint16_t(i * 7919 % 65536);
  write_tiff(folder / "a.tif", 200, 301, pixels);
  write_tiff(folder / "b.tif", 200, 301, pixels);
  EXPECT_EQ(read_file(folder / "a.tif"), read_file(folder / "b.tif"));
  const auto raw = read_raw({folder / "a.tif", 0});
  EXPECT_EQ(raw.type, PixelType::u16);
  ASSERT_EQ(raw.bytes.size(), pixels.size() * 2);
  EXPECT_EQ(std::memcmp(raw.bytes.data(), pixels.data(), raw.bytes.size()), 0);
  EXPECT_THROW(write_tiff(folder / "c.tif", 10, 10, pixels), Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "c.tif"));
  std::ofstream(folder / "file") << "x";
  EXPECT_THROW(write_tiff(folder / "file" / "d.tif", 200, 301, pixels), Error);
}

TEST(FieldImage, ReadsChannelsAndRefusesOtherSizes) {
  TiffKind kind;
  const auto first = written("channel1", kind);
  kind.bits = 12;
  const auto second = written("channel2", kind);
  const std::vector<ImageFile> files = {{first, 0}, {second, 0}};
  const auto field = read_field(files);
  EXPECT_EQ(field.channels, 2);
  std::vector<float> levels;
  read_planes(files, [&](int channel, const Plane& plane, const PlaneFacts& facts) {
    EXPECT_EQ(plane.pixels, field.copy_plane(channel).pixels);
    levels.push_back(facts.white_level);
  });
  EXPECT_THAT(levels, testing::ElementsAre(65535.0f, 4095.0f));
  EXPECT_EQ(field.copy_plane(1).pixels, to_float(read_raw({second, 0})).pixels);
  kind.height = 41;
  const std::vector<ImageFile> unlike = {{first, 0}, {written("channel3", kind), 0}};
  EXPECT_THAT(message_of([&] { read_field(unlike); }),
              HasSubstr("50 x 41 pixels, the field's first channel 50 x 40"));
  EXPECT_THROW(read_field({}), Error);
}

}  // namespace
}  // namespace cytoscale::image
