// TIFF files that are none, or no longer, or lie: each is refused by name, at the cost of its own size.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <thread>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "tiff_support.hpp"

namespace cytoscale::image {
namespace {

using testing::HasSubstr;

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

}  // namespace
}  // namespace cytoscale::image
