// Images. Two pages are tried, and a page beyond the end.
#include "image/io/tiff.hpp"

#include "../image/make_tiff.hpp"
#include "core/error.hpp"
#include "core/system/files.hpp"
#include "target.hpp"

namespace cytoscale::fuzz {
namespace {

using namespace cytoscale::image;

// A plane may be as large as its compressed bytes can stand for, which for some codecs is 40,000 times their
// number. That is right, and says nothing of the reader: what is larger than this is looked at, not decoded.
constexpr double largest_plane_bytes = 64 << 20;

void read_page(const ImageFile& file) {
  const auto info = inspect_image(file);
  if (static_cast<double>(info.height) * info.width * sizeof(float) > largest_plane_bytes) return;
  const RawPlane raw = read_raw(file);
  if (raw.bytes.size() != std::size_t(info.height) * std::size_t(info.width) * size_of(info.type))
    throw std::logic_error("a plane of another size than inspect_image() told");
  to_float(raw);
  white_level(raw);
}

Seed seed_of(const std::string& name, const TiffKind& kind) {
  const auto path = scratch_folder() / "seed.tif";
  make_tiff(path, kind);
  return {name, read_file(path)};
}

}  // namespace

void read_tiff_input(std::string_view input) {
  const auto path = scratch_file("input.tif", input);
  read_page({path, 0});
  for (const int page : {1, 7}) {
    try {
      read_page({path, page});
    } catch (const Error&) {  // most files have one page
    }
  }
}

std::vector<Seed> tiff_seeds() {
  std::vector<Seed> seeds;
  const std::vector<std::uint16_t> ramp = {0, 1, 2, 40000, 65535, 7};
  const auto path = scratch_folder() / "seed.tif";
  write_tiff(path, 2, 3, ramp);
  seeds.push_back({"ours", read_file(path)});
  TiffKind small;
  small.height = 9;
  small.width = 11;
  small.rows_per_strip = 8;  // as JPEG wants it
  for (const std::uint16_t codec :
       {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS, COMPRESSION_ZSTD,
        COMPRESSION_LZMA, COMPRESSION_JPEG, COMPRESSION_LERC, COMPRESSION_CCITTFAX3, COMPRESSION_CCITTFAX4}) {
    if (!TIFFIsCODECConfigured(codec)) continue;
    TiffKind kind = small;
    kind.compression = codec;
    const bool fax = codec == COMPRESSION_CCITTFAX3 || codec == COMPRESSION_CCITTFAX4;
    kind.bits = fax ? 1 : codec == COMPRESSION_JPEG ? 8 : 16;
    seeds.push_back(seed_of("codec" + std::to_string(codec), kind));
  }
  TiffKind tiled = small;
  tiled.mode = "wb8";
  tiled.tile = 16;
  tiled.pages = 2;
  tiled.compression = COMPRESSION_ADOBE_DEFLATE;
  tiled.predictor = 2;
  seeds.push_back(seed_of("tiled_bigtiff", tiled));
  for (const std::uint16_t bits : {3, 12, 24}) {
    TiffKind packed = small;
    packed.bits = bits;
    packed.mode = "wb";
    seeds.push_back(seed_of("bits" + std::to_string(bits), packed));
  }
  TiffKind floating = small;
  floating.bits = 32;
  floating.format = SAMPLEFORMAT_IEEEFP;
  floating.compression = COMPRESSION_LZW;
  floating.predictor = 3;
  seeds.push_back(seed_of("float32", floating));
  return seeds;
}

}  // namespace cytoscale::fuzz
