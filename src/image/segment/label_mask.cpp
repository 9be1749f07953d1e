#include "image/segment/label_mask.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <unordered_map>

#include "core/error.hpp"
#include "image/io/read_image.hpp"
#include "image/segment/segment_internal.hpp"
#include "image/size_text.hpp"

namespace cytoscale::image {
namespace {

constexpr const char* remedy = "Give a mask in which each cell has a number of its own, and the background 0";

// Numbers the values in the order of their first pixels. Keys are as wide as the widest label.
class Numbering {
 public:
  Numbering(LabelMask& mask, std::string where) : mask_(mask), where_(std::move(where)) {}
  void put(std::size_t pixel, std::uint64_t value) {
    if (value == 0) return;
    if (value != last_) {
      const auto [entry, fresh] = numbers_.try_emplace(value, mask_.count + 1);
      if (fresh) ++mask_.count;
      last_ = value;
      number_ = entry->second;
    }
    mask_.labels[pixel] = number_;
  }
  [[noreturn]] void refuse(const std::string& value) const {
    throw Error("its value " + value + " is no label", where_, remedy);
  }
  // The one label there is; 0: there are several, or none.
  std::uint64_t only() const { return mask_.count == 1 ? last_ : 0; }

 private:
  LabelMask& mask_;
  std::string where_;
  std::unordered_map<std::uint64_t, std::int32_t> numbers_;
  std::uint64_t last_ = 0;
  std::int32_t number_ = 0;
};

template <class T>
void number_all(const RawPlane& raw, Numbering& numbering) {
  for (std::size_t i = 0; i * sizeof(T) < raw.bytes.size(); ++i) {
    T value;
    std::memcpy(&value, raw.bytes.data() + i * sizeof(T), sizeof(T));
    if constexpr (std::is_floating_point_v<T>) {
      constexpr double most = 9007199254740992.0;  // 2^53: beyond it numbers are not told apart
      if (!(value >= 0 && double(value) <= most) || std::floor(value) != value)
        numbering.refuse(std::to_string(value));
    } else if constexpr (std::is_signed_v<T>) {
      if (value < 0) numbering.refuse(std::to_string(value));
    }
    numbering.put(i, static_cast<std::uint64_t>(value));
  }
}

void number_values(const RawPlane& raw, Numbering& numbering) {
  switch (raw.type) {
    case PixelType::u8:
      return number_all<std::uint8_t>(raw, numbering);
    case PixelType::i8:
      return number_all<std::int8_t>(raw, numbering);
    case PixelType::u16:
      return number_all<std::uint16_t>(raw, numbering);
    case PixelType::i16:
      return number_all<std::int16_t>(raw, numbering);
    case PixelType::u32:
      return number_all<std::uint32_t>(raw, numbering);
    case PixelType::i32:
      return number_all<std::int32_t>(raw, numbering);
    case PixelType::u64:
      return number_all<std::uint64_t>(raw, numbering);
    case PixelType::i64:
      return number_all<std::int64_t>(raw, numbering);
    case PixelType::f32:
      return number_all<float>(raw, numbering);
    case PixelType::f64:
      return number_all<double>(raw, numbering);
    case PixelType::f16:
      numbering.refuse("(of 16-bit floating point)");
  }
}

// Rows in which the label stops and begins again count: one nucleus seldom does that.
bool in_pieces(const LabelMask& mask) {
  int first = -1, last = -1, gaps = 0;
  for (int y = 0; y < mask.height; ++y) {
    const auto row = mask.labels.begin() + std::ptrdiff_t(y) * mask.width;
    int runs = 0;
    for (int x = 0; x < mask.width; ++x) runs += row[x] != 0 && (x == 0 || row[x - 1] == 0);
    if (runs == 0) continue;
    if (first < 0) first = y;
    gaps += (last >= 0 && last + 1 < y) || runs > 1;
    last = y;
  }
  return gaps > (last - first) / 2;
}

}  // namespace

LabelMask read_label_mask(const std::filesystem::path& path) {
  const auto raw = read_raw({path}, Values::as_stored);
  LabelMask mask{raw.height, raw.width, 0, {}};
  mask.labels.resize(std::size_t(raw.height) * std::size_t(raw.width));
  Numbering numbering(mask, path.string());
  number_values(raw, numbering);
  const auto only = numbering.only();
  const bool black_and_white = raw.bits == 1 || only == 255 || only == 65535;
  if (only && black_and_white && in_pieces(mask))
    throw Error("the mask is black and white: its cells are not told apart", path.string(), remedy);
  return mask;
}

void check_mask_size(const LabelMask& mask, PictureSize field, const std::filesystem::path& path) {
  const PictureSize own(mask.height, mask.width);
  if (own != field)
    throw Error("the mask is of " + size_text(own) + ", its field of " + size_text(field), path.string(),
                "Give masks of the images' size with --masks");
}

Segmentation measure_labels(LabelMask mask, const Plane& dna) {
  if (mask.height != dna.height || mask.width != dna.width)
    throw Error("a mask was given a plane of another size");
  Segmentation result{mask.height, mask.width, {}, {}};
  segment::collect(result, {std::move(mask.labels), mask.count}, dna, 1, 1e18);
  return result;
}

}  // namespace cytoscale::image
