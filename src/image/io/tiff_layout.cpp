#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "image/io/tiff_internal.hpp"

namespace cytoscale::image::tiff_internal {
namespace {

// A codec's name and the most bytes that one of its bytes can stand for; a header that promises more lies.
// The limits of LZW (a 12-bit code for 4094 bytes) and deflate (1032) are theirs; fax, zstd, LZMA and LERC
// have none to speak of, and get a generous one.
struct Codec {
  std::uint16_t compression;
  const char* name;
  std::uint64_t expansion;
};
constexpr std::uint64_t generous = 40'000;
constexpr std::array<Codec, 14> codecs = {{{COMPRESSION_NONE, "none", 1},
                                           {COMPRESSION_LZW, "LZW", 2'800},
                                           {COMPRESSION_ADOBE_DEFLATE, "deflate", 1'100},
                                           {COMPRESSION_DEFLATE, "deflate", 1'100},
                                           {COMPRESSION_PACKBITS, "PackBits", 64},
                                           {COMPRESSION_ZSTD, "zstd", generous},
                                           {COMPRESSION_LZMA, "LZMA", generous},
                                           {COMPRESSION_LERC, "LERC", generous},
                                           {COMPRESSION_JPEG, "JPEG", 1'100},
                                           {COMPRESSION_CCITTRLE, "CCITT RLE", generous},
                                           {COMPRESSION_CCITTRLEW, "CCITT RLE", generous},
                                           {COMPRESSION_CCITTFAX3, "CCITT fax 3", generous},
                                           {COMPRESSION_CCITTFAX4, "CCITT fax 4", generous},
                                           {COMPRESSION_THUNDERSCAN, "ThunderScan", 64}}};
constexpr std::uint64_t max_plane_bytes = std::uint64_t(4) << 30;

const Codec& check_codec(const Handle& handle) {
  const auto compression = handle.field<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  for (const auto& codec : codecs) {
    if (codec.compression != compression) continue;
    if (!TIFFIsCODECConfigured(compression)) {
      handle.fail(std::string("its compression (") + codec.name + ") is not built into the libtiff installed",
                  "Install a libtiff with it, or convert the image to deflate");
    }
    return codec;
  }
  handle.fail("its compression (number " + std::to_string(compression) + ") is not supported for gray planes",
              "Convert the image to LZW, deflate or no compression");
}

void check_one_gray_sample(const Handle& handle) {
  const auto samples = handle.field<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  if (samples != 1) {
    handle.fail("the image has " + std::to_string(samples) +
                    " samples a pixel (color or alpha); a channel is one plane",
                "Split it into one gray file or page per channel");
  }
  const auto photometric = handle.field<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  if (photometric != PHOTOMETRIC_MINISBLACK && photometric != PHOTOMETRIC_MINISWHITE &&
      photometric != PHOTOMETRIC_PALETTE && photometric != PHOTOMETRIC_MASK) {
    handle.fail(
        "its color model (photometric " + std::to_string(photometric) + ") is neither gray nor palette",
        "Convert it to one gray plane per channel");
  }
}

std::optional<PixelType> type_of(std::uint16_t format, std::uint16_t bits) {
  if (format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_VOID) {
    if (bits >= 1 && bits <= 8) return PixelType::u8;
    if (bits > 8 && bits <= 16) return PixelType::u16;
    if (bits > 16 && bits <= 32) return PixelType::u32;
    if (bits == 64) return PixelType::u64;
  }
  if (format == SAMPLEFORMAT_INT) {
    if (bits == 8) return PixelType::i8;
    if (bits == 16) return PixelType::i16;
    if (bits == 32) return PixelType::i32;
    if (bits == 64) return PixelType::i64;
  }
  if (format == SAMPLEFORMAT_IEEEFP) {
    if (bits == 16) return PixelType::f16;
    if (bits == 32) return PixelType::f32;
    if (bits == 64) return PixelType::f64;
  }
  return std::nullopt;
}

PixelType check_type(const Handle& handle, std::uint16_t bits) {
  const auto format = handle.field<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  if (const auto type = type_of(format, bits)) return *type;
  handle.fail("its pixel type (sample format " + std::to_string(format) + ", " + std::to_string(bits) +
                  " bits) is not supported",
              "Convert it to 8-, 16- or 32-bit integers or floats");
}

// One less than a power of two: some programs write the brightest value of this image where the format has a
// place for the brightest possible.
bool is_ceiling(double value) {
  return value >= 255 && value < 4294967296.0 && value == std::floor(value) &&
         std::has_single_bit(static_cast<std::uint64_t>(value) + 1);
}

// 12 bits in 16 and the like; 0 where nothing is said, or what is said is no news.
float ceiling_of(const Handle& handle, const Layout& layout, int significant_bits) {
  if (layout.bits <= 8 || is_floating(layout.type)) return 0;
  double value = significant_bits > 0 ? std::ldexp(1.0, significant_bits) - 1 : 0;
  std::uint16_t whole = 0;
  double number = 0;
  if (value == 0 && TIFFGetField(handle.get(), TIFFTAG_MAXSAMPLEVALUE, &whole)) value = whole;
  if (value == 0 && TIFFGetField(handle.get(), TIFFTAG_SMAXSAMPLEVALUE, &number)) value = number;
  const bool news = is_ceiling(value) && value < std::ldexp(1.0, layout.bits) - 1;
  return news ? static_cast<float>(value) : 0;
}

std::uint64_t row_bytes(std::uint64_t width, std::uint64_t bits) {
  return (width * bits + 7) / 8;
}
std::uint32_t parts(std::uint32_t whole, std::uint32_t part) {
  return std::uint32_t((std::uint64_t(whole) + part - 1) / part);
}

// A plane, and the memory for one part, must be believable from the file's size before anything is allocated.
void check_plausible(const Handle& handle, const Layout& layout, const Codec& codec) {
  const auto plane =
      row_bytes(layout.width, layout.bits) * layout.height;  // each factor is below 2^37 and 2^31
  const auto unpacked = std::uint64_t(layout.width) * layout.height * size_of(layout.type);
  const auto limit = handle.file_bytes() * codec.expansion;
  const auto size = std::to_string(layout.width) + " x " + std::to_string(layout.height);
  if (plane > limit || layout.height > limit) {
    handle.fail("the header promises " + size + " pixels, more than the file's " +
                    std::to_string(handle.file_bytes()) + " bytes can hold",
                "The file is truncated or corrupt; copy it again from its source");
  }
  if (unpacked > max_plane_bytes) {
    handle.fail("the plane of " + size + " pixels needs more than 4 GiB", "Split it into fields");
  }
  if (layout.part_bytes == 0 || layout.part_bytes > std::min(max_plane_bytes, limit + (1 << 20))) {
    handle.fail("its strips or tiles have an impossible size (" + std::to_string(layout.part_width) + " x " +
                    std::to_string(layout.part_height) + ")",
                "The file is corrupt; copy it again from its source");
  }
  const auto listed = layout.tiled ? TIFFNumberOfTiles(handle.get()) : TIFFNumberOfStrips(handle.get());
  if (std::uint64_t(layout.parts_across) * layout.parts_down > listed) {
    handle.fail("its table of strips or tiles is too short",
                "The file is corrupt; copy it again from its source");
  }
}

void read_parts(const Handle& handle, Layout& layout) {
  layout.tiled = TIFFIsTiled(handle.get()) != 0;
  if (layout.tiled) {
    layout.part_width = handle.field<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
    layout.part_height = handle.field<std::uint32_t>(TIFFTAG_TILELENGTH, 0);
  } else {
    layout.part_width = layout.width;
    layout.part_height =
        std::min(handle.field<std::uint32_t>(TIFFTAG_ROWSPERSTRIP, layout.height), layout.height);
  }
  constexpr std::uint32_t int_max = std::numeric_limits<std::int32_t>::max();
  if (layout.part_width == 0 || layout.part_height == 0 || layout.part_width > int_max ||
      layout.part_height > int_max) {
    handle.fail("its strips or tiles have an impossible size",
                "The file is corrupt; copy it again from its source");
  }
  layout.parts_across = parts(layout.width, layout.part_width);
  layout.parts_down = parts(layout.height, layout.part_height);
  layout.part_row_bytes = row_bytes(layout.part_width, layout.bits);
  const auto expected = layout.tiled ? TIFFTileRowSize64(handle.get()) : TIFFScanlineSize64(handle.get());
  if (expected != layout.part_row_bytes) {
    handle.fail("its rows have an unexpected length", "The file is corrupt or of a rare kind; convert it");
  }
  const bool overflows =
      layout.part_row_bytes > std::numeric_limits<std::uint64_t>::max() / layout.part_height;
  layout.part_bytes = overflows ? 0 : layout.part_row_bytes * layout.part_height;
}

}  // namespace

Layout read_layout(Handle& handle, int significant_bits) {
  Layout layout{};
  layout.width = handle.field<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  layout.height = handle.field<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  constexpr std::uint32_t int_max = std::numeric_limits<std::int32_t>::max();
  if (layout.width == 0 || layout.height == 0 || layout.width > int_max || layout.height > int_max) {
    handle.fail("the image has no believable size (" + std::to_string(layout.width) + " x " +
                    std::to_string(layout.height) + " pixels)",
                "The file is corrupt; copy it again from its source");
  }
  check_one_gray_sample(handle);
  const auto& codec = check_codec(handle);
  layout.bits = handle.field<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  layout.type = check_type(handle, layout.bits);
  layout.ceiling = ceiling_of(handle, layout, significant_bits);
  layout.min_is_white =
      handle.field<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) == PHOTOMETRIC_MINISWHITE;
  layout.swapped24 = layout.bits == 24 && TIFFIsByteSwapped(handle.get());
  read_parts(handle, layout);
  check_plausible(handle, layout, codec);
  return layout;
}

}  // namespace cytoscale::image::tiff_internal
