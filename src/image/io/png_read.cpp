#include <png.h>

#include <algorithm>
#include <array>
#include <bit>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <vector>

#include "core/error.hpp"
#include "image/io/png.hpp"

namespace cytoscale::image {
namespace {

constexpr const char* copy_again = "The file is truncated or corrupt; copy it again from its source";

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

bool has_signature(std::FILE* file) {
  std::array<png_byte, 8> start{};
  return std::fread(start.data(), 1, start.size(), file) == start.size() &&
         png_sig_cmp(start.data(), 0, start.size()) == 0;
}

// What the header says.
struct Head {
  png_uint_32 width = 0, height = 0;
  int depth = 0, color = 0, samples = 0;
  std::size_t row_bytes = 0;  // decoded, samples of fewer than 8 bits in a byte each
};

// An open PNG. libpng reports an error by a jump: between mark and jump no object of C++ may live, so that
// each step is a function of plain values.
class Png {
 public:
  explicit Png(const ImageFile& image) : where_(image.path.string()) {
    if (image.page != 0 && !image.choice)
      throw Error("page " + std::to_string(image.page) + " was asked for, a PNG has one", where_,
                  "Pages count from 0; correct the manifest's Frame column");
    if (image.choice && image.choice->channels.size() > 1)
      throw Error("a PNG has one plane, " + std::to_string(image.choice->channels.size()) +
                      " channels are expected of each file",
                  where_, "Give a file for each channel: FileName_<Channel> columns");
    file_.reset(std::fopen(where_.c_str(), "rb"));
    if (!file_) throw Error("the image file cannot be opened", where_, "Check its permissions");
    std::error_code failure;
    bytes_ = std::filesystem::file_size(image.path, failure);
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &Png::on_error, &Png::on_warning);
    if (png_) info_ = png_create_info_struct(png_);
    if (!info_) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  ~Png() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;

  Head read_head() {
    Head head;
    if (!read_info(head)) fail("the PNG's header cannot be read");
    check(head);
    return head;
  }
  // `rows`: a pointer to the bytes of each.
  void read_rows(const std::vector<png_byte*>& rows) {
    if (!read_image(const_cast<png_bytepp>(rows.data()))) fail("the PNG's pixels cannot be decoded");
  }
  // Of the palette, each as red, green, blue.
  std::vector<png_color> palette() const {
    png_colorp colors = nullptr;
    int count = 0;
    if (!png_get_PLTE(png_, info_, &colors, &count)) return {};
    return {colors, colors + count};
  }
  const std::string& where() const { return where_; }
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(problem + (message_[0] ? std::string(" (libpng: ") + message_.data() + ")" : ""), where_,
                copy_again);
  }

 private:
  static void on_error(png_structp png, png_const_charp message) {
    auto& kept = static_cast<Png*>(png_get_error_ptr(png))->message_;
    std::snprintf(kept.data(), kept.size(), "%s", message);
    for (char* c = kept.data(); *c; ++c)
      if (static_cast<unsigned char>(*c) < 32 || static_cast<unsigned char>(*c) >= 127) *c = '?';
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  bool read_info(Head& head) {
    if (setjmp(png_jmpbuf(png_))) return false;
    constexpr png_uint_32 most = std::numeric_limits<std::int32_t>::max();
    png_set_user_limits(png_, most, most);
    png_init_io(png_, file_.get());
    png_read_info(png_, info_);
    png_get_IHDR(png_, info_, &head.width, &head.height, &head.depth, &head.color, nullptr, nullptr, nullptr);
    if (head.depth < 8) png_set_packing(png_);
    if (head.depth == 16 && std::endian::native == std::endian::little) png_set_swap(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    head.samples = png_get_channels(png_, info_);
    head.row_bytes = png_get_rowbytes(png_, info_);
    return true;
  }
  bool read_image(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }
  // Before anything is allocated: deflate makes at most 1032 bytes of one.
  void check(const Head& head) const {
    constexpr double expansion = 1'100, most_bytes = 4294967296.0;
    const double stored = double(head.width) * head.height * head.samples * head.depth / 8;
    const auto size = std::to_string(head.width) + " x " + std::to_string(head.height);
    if (stored > double(bytes_) * expansion || head.height > double(bytes_) * expansion)
      throw Error("the header promises " + size + " pixels, more than the file's " + std::to_string(bytes_) +
                      " bytes can hold",
                  where_, copy_again);
    if (double(head.row_bytes) * head.height > most_bytes)
      throw Error("the plane of " + size + " pixels needs more than 4 GiB", where_, "Split it into fields");
  }

  std::string where_;
  std::uintmax_t bytes_ = 0;
  std::array<char, 128> message_{};
  File file_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

// The first of each pixel's samples, of Sample's size; the others must be equal to it, and opaque.
template <class Sample>
std::vector<std::byte> first_samples(const std::vector<std::byte>& bytes, int samples, const Png& png) {
  const auto count = std::size_t(samples), pixels = bytes.size() / (count * sizeof(Sample));
  const bool alpha = samples == 2 || samples == 4;
  const std::size_t colors = alpha ? count - 1 : count;
  std::vector<std::byte> gray(pixels * sizeof(Sample));
  for (std::size_t i = 0; i < pixels; ++i) {
    std::array<Sample, 4> pixel{};
    std::memcpy(pixel.data(), bytes.data() + i * count * sizeof(Sample), count * sizeof(Sample));
    if (colors == 3 && (pixel[0] != pixel[1] || pixel[0] != pixel[2]))
      throw Error("the PNG is in color; a channel is one plane", png.where(),
                  "Split it into one gray file per channel");
    if (alpha && pixel[colors] != std::numeric_limits<Sample>::max())
      throw Error("the PNG is transparent in places; a channel is one plane", png.where(),
                  "Save it without an alpha channel");
    std::memcpy(gray.data() + i * sizeof(Sample), pixel.data(), sizeof(Sample));
  }
  return gray;
}

void look_up(std::vector<std::byte>& indices, const Png& png) {
  const auto palette = png.palette();
  for (const auto& color : palette)
    if (color.red != color.green || color.red != color.blue)
      throw Error("the PNG has a palette of colors; a channel is one plane", png.where(),
                  "Save it as a gray image");
  for (auto& value : indices) {
    const auto index = std::to_integer<std::size_t>(value);
    if (index >= palette.size()) throw Error("a pixel is beyond the PNG's palette", png.where(), copy_again);
    value = std::byte(palette[index].red);
  }
}

}  // namespace

bool is_png(const std::filesystem::path& path) {
  auto extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (extension == ".tif" || extension == ".tiff") return false;
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) return false;
  const File file(std::fopen(path.c_str(), "rb"));
  return file && has_signature(file.get());
}

ImageInfo inspect_png(const ImageFile& file) {
  Png png(file);
  const auto head = png.read_head();
  ImageInfo info;
  info.pages = 1;
  info.height = static_cast<int>(head.height);
  info.width = static_cast<int>(head.width);
  info.bits = head.depth;
  info.type = head.depth == 16 ? PixelType::u16 : PixelType::u8;
  return info;
}

void read_png(const ImageFile& file, Values values, RawPlane& plane) {
  Png png(file);
  const auto head = png.read_head();
  plane.height = static_cast<int>(head.height);
  plane.width = static_cast<int>(head.width);
  plane.bits = head.depth;
  plane.type = head.depth == 16 ? PixelType::u16 : PixelType::u8;
  plane.ceiling = 0;
  plane.offset_taken_off = false;
  try {
    plane.bytes.resize(head.row_bytes * head.height);
    std::vector<png_byte*> rows;
    for (png_uint_32 y = 0; y < head.height; ++y)
      rows.push_back(reinterpret_cast<png_byte*>(plane.bytes.data() + y * head.row_bytes));
    png.read_rows(rows);
    if (head.samples > 1)
      plane.bytes = head.depth == 16 ? first_samples<std::uint16_t>(plane.bytes, head.samples, png)
                                     : first_samples<std::uint8_t>(plane.bytes, head.samples, png);
  } catch (const std::bad_alloc&) {
    throw Error("there is not enough memory for the plane", png.where(),
                "Run fewer ranks or threads on a node");
  }
  if (head.color != PNG_COLOR_TYPE_PALETTE || values == Values::as_stored) return;
  look_up(plane.bytes, png);
  plane.bits = 8;
}

RgbPicture read_rgb_png(const std::filesystem::path& path) {
  Png png(ImageFile{path});
  const auto head = png.read_head();
  if (head.depth != 8 || head.color != PNG_COLOR_TYPE_RGB || head.samples != 3)
    throw Error("this PNG is no picture of red, green and blue in 8 bits", png.where());
  RgbPicture picture{{static_cast<int>(head.height), static_cast<int>(head.width)}, {}};
  picture.pixels.resize(head.row_bytes * head.height);
  std::vector<png_byte*> rows;
  for (png_uint_32 y = 0; y < head.height; ++y) rows.push_back(picture.pixels.data() + y * head.row_bytes);
  png.read_rows(rows);
  return picture;
}

}  // namespace cytoscale::image
