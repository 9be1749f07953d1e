#include "image/io/tiff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <fstream>
#include <thread>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "image/field_image.hpp"
#include "make_tiff.hpp"
#include "test_support.hpp"

namespace cytoscale::image {
namespace {

using testing::HasSubstr;

std::filesystem::path written(const std::string& name, const TiffKind& kind) {
  const auto path = fresh_folder("tiff_" + name) / (name + ".tif");
  make_tiff(path, kind);
  return path;
}

std::string read_reason(const std::filesystem::path& path, int page = 0) {
  const auto text = message_of([&] { read_raw({path, page}); });
  EXPECT_EQ(text, message_of([&] {
              inspect_image({path, page});
            }))
      << "inspect_image should refuse what read_raw refuses";
  return text;
}

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

TEST(Tiff, RefusesWhatIsNotOneGrayPlane) {
  TiffKind rgb;
  rgb.samples = 3;
  rgb.bits = 8;
  rgb.photometric = PHOTOMETRIC_RGB;
  EXPECT_THAT(read_reason(written("rgb", rgb)), HasSubstr("3 samples a pixel"));
  TiffKind alpha;
  alpha.samples = 2;
  EXPECT_THAT(read_reason(written("alpha", alpha)), HasSubstr("2 samples a pixel"));
  TiffKind lab;
  lab.bits = 8;
  lab.photometric = PHOTOMETRIC_CIELAB;
  EXPECT_THAT(read_reason(written("lab", lab)), HasSubstr("neither gray nor palette"));
  TiffKind complex;
  complex.bits = 32;
  complex.format = SAMPLEFORMAT_COMPLEXINT;
  EXPECT_THAT(read_reason(written("complex", complex)), HasSubstr("pixel type"));
  TiffKind odd;
  odd.bits = 48;
  odd.rows_per_strip = 40;
  EXPECT_THAT(read_reason(written("odd", odd)), HasSubstr("48 bits"));
}

TEST(Tiff, NamesTheTroubleWithAFile) {
  const auto folder = fresh_folder("tiff_trouble");
  EXPECT_THAT(read_reason(folder / "none.tif"), HasSubstr("does not exist"));
  EXPECT_THAT(read_reason(folder), HasSubstr("is not a file"));
  std::ofstream(folder / "empty.tif").flush();
  EXPECT_THAT(read_reason(folder / "empty.tif"), HasSubstr("empty"));
  std::ofstream(folder / "text.tif") << "this is not a picture at all";
  EXPECT_THAT(read_reason(folder / "text.tif"), HasSubstr("not a readable TIFF"));
  EXPECT_THAT(read_reason(folder / "text.tif"), HasSubstr("text.tif"));
}

TEST(Tiff, ATruncatedFileIsAnError) {
  TiffKind kind;
  kind.compression = COMPRESSION_ADOBE_DEFLATE;
  std::string all = read_file(written("whole", kind));
  const auto path = fresh_folder("tiff_cut") / "cut.tif";
  for (const double part : {0.1, 0.5, 0.9, 0.99}) {
    std::ofstream(path, std::ios::binary) << all.substr(0, std::size_t(part * double(all.size())));
    EXPECT_THROW(read_raw({path, 0}), Error) << part;
  }
}

// A file of 300 bytes that promises a plane of 60 gigapixels must not be believed.
TEST(Tiff, BoundsMemoryByTheFileSize) {
  for (const std::uint16_t codec :
       {COMPRESSION_NONE, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_LZW, COMPRESSION_PACKBITS}) {
    for (const bool tiled : {false, true}) {
      const auto path = fresh_folder("tiff_bomb") / "bomb.tif";
      TIFF* tiff = TIFFOpen(path.c_str(), "w");
      TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 2000000u);
      TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 30000u);
      TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 16);
      TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
      TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
      TIFFSetField(tiff, TIFFTAG_COMPRESSION, codec);
      std::vector<std::uint8_t> data(64);
      if (tiled) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 2000000u);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, 30000u - 30000u % 16u);
        TIFFWriteRawTile(tiff, 0, data.data(), 64);
      } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 30000u);
        TIFFWriteRawStrip(tiff, 0, data.data(), 64);
      }
      TIFFClose(tiff);
      EXPECT_THAT(read_reason(path), testing::AnyOf(HasSubstr("can hold"), HasSubstr("impossible size"),
                                                    HasSubstr("not a readable TIFF")));
    }
  }
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

TEST(Tiff, ThreadsReadGoodAndBadFilesAtOnce) {
  TiffKind kind;
  kind.compression = COMPRESSION_LZW;
  const auto good = written("threads", kind);
  const auto bad = fresh_folder("tiff_threads_bad") / "bad.tif";
  auto bytes = read_file(good);
  std::ofstream(bad, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) {
        const auto raw = read_raw({good, 0});
        const auto expected = pattern(kind, 0);
        right += std::memcmp(raw.bytes.data(), expected.data(), expected.size()) == 0;
        try {
          read_raw({bad, 0});
        } catch (const Error& error) {
          right += std::string(error.what()).find("bad.tif") != std::string::npos;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 400);
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
