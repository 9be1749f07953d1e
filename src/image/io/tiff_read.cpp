#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "image/io/tiff_internal.hpp"

namespace cytoscale::image {
namespace {

using tiff_internal::Handle;
using tiff_internal::Layout;

bool is_packed(const Layout& layout) {
  return layout.bits != 8 * size_of(layout.type);
}

// Samples of odd widths are a stream of bits, the highest first, whatever the file's byte order (as tifffile
// reads them). libtiff reverses the bytes of 24-bit samples in files of the other byte order; that is undone.
template <class T>
void unpack_row(const unsigned char* source, std::size_t count, unsigned bits, bool swapped24, T* target) {
  if (swapped24) {
    for (std::size_t i = 0; i < count; ++i, source += 3)
      target[i] = static_cast<T>(source[0] | source[1] << 8 | source[2] << 16);
    return;
  }
  std::uint64_t window = 0;
  unsigned held = 0;
  const std::uint64_t mask = (std::uint64_t(1) << bits) - 1;
  for (std::size_t i = 0; i < count; ++i) {
    while (held < bits) {
      window = window << 8 | *source++;
      held += 8;
    }
    held -= bits;
    target[i] = static_cast<T>(window >> held & mask);
  }
}

void place_row(const Layout& layout, const std::byte* source, std::size_t count, std::byte* target) {
  if (!is_packed(layout)) {
    std::memcpy(target, source, count * size_of(layout.type));
    return;
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(source);
  switch (layout.type) {
    case PixelType::u8:
      return unpack_row(bytes, count, layout.bits, layout.swapped24, reinterpret_cast<std::uint8_t*>(target));
    case PixelType::u16:
      return unpack_row(bytes, count, layout.bits, layout.swapped24,
                        reinterpret_cast<std::uint16_t*>(target));
    default:
      return unpack_row(bytes, count, layout.bits, layout.swapped24,
                        reinterpret_cast<std::uint32_t*>(target));
  }
}

// A row of differences (horizontal predictor) becomes samples, modulo their size.
template <class T>
void sum_row(std::byte* row, std::size_t count) {
  T sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, row + i * sizeof(T), sizeof(T));
    sum = static_cast<T>(sum + value);
    std::memcpy(row + i * sizeof(T), &sum, sizeof(T));
  }
}

// True where libtiff is told to leave differences as they are: it would sum them from memory to memory, five
// times slower than read_part() does in a register.
bool take_over_differences(Handle& handle, const Layout& layout) {
  const auto codec = handle.field<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  const bool may = codec == COMPRESSION_LZW || codec == COMPRESSION_ADOBE_DEFLATE ||
                   codec == COMPRESSION_DEFLATE || codec == COMPRESSION_ZSTD;  // others have no such tag
  return may && (layout.bits == 8 || layout.bits == 16) &&
         handle.field<std::uint16_t>(TIFFTAG_PREDICTOR, PREDICTOR_NONE) == PREDICTOR_HORIZONTAL &&
         TIFFSetField(handle.get(), TIFFTAG_PREDICTOR, PREDICTOR_NONE) == 1;
}

void read_part(Handle& handle, const Layout& layout, std::uint32_t index, std::byte* target,
               std::uint64_t bytes) {
  const auto size = static_cast<tmsize_t>(bytes);
  const auto read = layout.tiled ? TIFFReadEncodedTile(handle.get(), index, target, size)
                                 : TIFFReadEncodedStrip(handle.get(), index, target, size);
  if (read == size) {
    for (auto row = target; layout.differences && row < target + bytes; row += layout.part_row_bytes)
      layout.bits == 8 ? sum_row<std::uint8_t>(row, layout.part_width)
                       : sum_row<std::uint16_t>(row, layout.part_width);
    return;
  }
  handle.fail(std::string(layout.tiled ? "tile " : "strip ") + std::to_string(index) + " cannot be decoded",
              "The file is truncated or corrupt; copy it again from its source");
}

// Strips of whole samples are decoded where they belong.
void read_strips_in_place(Handle& handle, const Layout& layout, std::vector<std::byte>& bytes) {
  for (std::uint32_t i = 0; i < layout.parts_down; ++i) {
    const auto first = std::uint64_t(i) * layout.part_height;
    const auto rows = std::min<std::uint64_t>(layout.part_height, layout.height - first);
    read_part(handle, layout, i, bytes.data() + first * layout.part_row_bytes, rows * layout.part_row_bytes);
  }
}

void read_parts(Handle& handle, const Layout& layout, std::vector<std::byte>& bytes) {
  const auto sample = size_of(layout.type);
  std::vector<std::byte> part(layout.part_bytes);
  for (std::uint32_t down = 0; down < layout.parts_down; ++down) {
    const auto first_row = std::uint64_t(down) * layout.part_height;
    const auto rows = std::min<std::uint64_t>(layout.part_height, layout.height - first_row);
    for (std::uint32_t across = 0; across < layout.parts_across; ++across) {
      const auto first = std::uint64_t(across) * layout.part_width;
      const auto count = std::min<std::uint64_t>(layout.part_width, layout.width - first);
      const auto index = down * layout.parts_across + across;
      read_part(handle, layout, index, part.data(),
                (layout.tiled ? layout.part_height : rows) * layout.part_row_bytes);
      for (std::uint64_t row = 0; row < rows; ++row) {
        place_row(layout, part.data() + row * layout.part_row_bytes, count,
                  bytes.data() + ((first_row + row) * layout.width + first) * sample);
      }
    }
  }
}

// Of the page: as stored, or as intensities.
void read_page(Handle& handle, int page, int significant_bits, Values values, RawPlane& plane) {
  tiff_internal::select_page(handle, page);
  auto layout = tiff_internal::read_layout(handle, significant_bits);
  layout.differences = take_over_differences(handle, layout);
  plane.height = static_cast<int>(layout.height);
  plane.width = static_cast<int>(layout.width);
  plane.type = layout.type;
  plane.bits = layout.bits;
  plane.ceiling = layout.ceiling;
  plane.offset_taken_off = false;
  try {
    plane.bytes.resize(std::size_t(layout.height) * layout.width * size_of(layout.type));
    if (layout.tiled || is_packed(layout)) {
      read_parts(handle, layout, plane.bytes);
    } else {
      read_strips_in_place(handle, layout, plane.bytes);
    }
  } catch (const std::bad_alloc&) {
    handle.fail("there is not enough memory for the plane", "Run fewer ranks or threads on a node");
  }
  if (values == Values::as_stored) return;
  if (is_signed_integer(plane.type)) take_off_offset(plane);
  if (!layout.min_is_white) return;
  if (is_floating(plane.type))
    handle.fail("white is 0 in it (min-is-white), and its floating-point numbers do not say what black is",
                "Convert it to min-is-black");
  invert(plane);
}

}  // namespace

ImageInfo inspect_tiff(const ImageFile& file) {
  Handle handle(file.path, "rm");
  const int significant_bits = tiff_internal::significant_bits_of(handle);
  tiff_internal::select_page(handle, tiff_internal::pages_of(handle, file).front());
  const auto layout = tiff_internal::read_layout(handle, significant_bits);
  ImageInfo info;
  info.height = static_cast<int>(layout.height);
  info.width = static_cast<int>(layout.width);
  info.bits = layout.bits;
  info.type = layout.type;
  info.pages = tiff_internal::page_count(handle);
  return info;
}

void read_tiff(const ImageFile& file, Values values, RawPlane& plane) {
  Handle handle(file.path, "rm");
  const int significant_bits = tiff_internal::significant_bits_of(handle);
  const auto pages = tiff_internal::pages_of(handle, file);
  read_page(handle, pages.front(), significant_bits, values, plane);
  RawPlane other;
  for (std::size_t i = 1; i < pages.size(); ++i) {
    read_page(handle, pages[i], significant_bits, values, other);
    if (other.type != plane.type || other.height != plane.height || other.width != plane.width)
      handle.fail("its focal planes differ in size or pixel type", "Choose one of them with --z-plane");
    keep_larger(plane, other);
  }
}

}  // namespace cytoscale::image
