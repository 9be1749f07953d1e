// An open TIFF file whose messages are kept instead of printed. Included by this folder's .cpp files only.
#pragma once
#include <tiffio.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/image_file.hpp"
#include "image/io/tiff.hpp"

namespace cytoscale::image::tiff_internal {

class Handle {
 public:
  // mode as TIFFOpen; reading never maps the file, so one that shrinks meanwhile is a read error and no
  // signal. Throws Error.
  Handle(const std::filesystem::path& path, const char* mode);
  ~Handle();
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  TIFF* get() const { return tiff_; }
  std::uint64_t file_bytes() const { return file_bytes_; }
  const std::string& where() const { return where_; }
  const std::string& messages() const { return messages_; }
  // libtiff's first words behind ours.
  [[noreturn]] void fail(const std::string& problem, const std::string& remedy) const;
  [[noreturn]] void fail_write() const;
  void close();  // ends a written file; throws Error when anything went wrong on the way
  template <class T>
  T field(std::uint32_t tag, T otherwise) const {
    T value = otherwise;
    return TIFFGetFieldDefaulted(tiff_, tag, &value) ? value : otherwise;
  }

 private:
  static int keep_error(TIFF*, void* self, const char* module, const char* format, va_list arguments);
  static int drop_warning(TIFF*, void*, const char*, const char*, va_list);

  std::string where_;
  std::string messages_;
  std::uint64_t file_bytes_ = 0;
  TIFF* tiff_ = nullptr;
};

// What a directory says of its plane, checked: one gray sample a pixel, known types, plausible sizes.
struct Layout {
  std::uint32_t height, width;
  std::uint16_t bits;
  PixelType type;
  bool swapped24;  // 24-bit samples whose bytes libtiff swaps
  bool tiled;
  std::uint32_t part_height, part_width;  // of a strip or tile; a strip is as wide as the plane
  std::uint32_t parts_across, parts_down;
  std::uint64_t part_row_bytes, part_bytes;  // decoded
  float ceiling = 0;                         // as RawPlane::ceiling
  bool min_is_white = false;
  bool differences = false;  // libtiff gives differences along the rows, not samples
};

// As the OME-XML of the first page says, which is open; 0 where it does not.
int significant_bits_of(const Handle& handle);
// The pages of the channel's plane, at least one (image/io/stack.hpp). Throws Error.
std::vector<int> pages_of(Handle& handle, const ImageFile& file);
int page_count(const Handle& handle);
// Goes to the page. Throws Error.
void select_page(Handle& handle, int page);
// Reads and checks the current directory; `where` of errors names the page. `significant_bits`: of a sample,
// as OME-XML says; 0: it does not.
Layout read_layout(Handle& handle, int significant_bits);

}  // namespace cytoscale::image::tiff_internal
