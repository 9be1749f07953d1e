// From values as a file stores them to intensities: larger is brighter, none below 0 by an offset.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/error.hpp"
#include "image/io/raw_plane.hpp"

namespace cytoscale::image {
namespace {

template <class T>
T value_at(const RawPlane& raw, std::size_t i) {
  T value;
  std::memcpy(&value, raw.bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

// Each value becomes change(value).
template <class T, class Change>
void change_all(RawPlane& raw, Change change) {
  const auto count = raw.bytes.size() / sizeof(T);
  for (std::size_t i = 0; i < count; ++i) {
    const T value = change(value_at<T>(raw, i));
    std::memcpy(raw.bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
}

template <class T>
void take_off(RawPlane& raw, PixelType type) {
  using Unsigned = std::make_unsigned_t<T>;
  T lowest = 0;
  const auto count = raw.bytes.size() / sizeof(T);
  for (std::size_t i = 0; i < count; ++i) lowest = std::min(lowest, value_at<T>(raw, i));
  if (lowest >= std::numeric_limits<T>::min() / 2) return;
  constexpr auto half = static_cast<Unsigned>(Unsigned(1) << (8 * sizeof(T) - 1));
  change_all<Unsigned>(raw, [](Unsigned v) { return static_cast<Unsigned>(v ^ half); });
  raw.type = type;
  raw.offset_taken_off = true;
}

template <class T>
void subtract_from(RawPlane& raw) {
  const auto bits = static_cast<unsigned>(raw.bits);
  const T full = bits >= 8 * sizeof(T) ? std::numeric_limits<T>::max() : static_cast<T>((T(1) << bits) - 1);
  const T white = raw.ceiling > 0 ? static_cast<T>(raw.ceiling) : full;
  change_all<T>(raw, [white](T v) { return static_cast<T>(white - std::min(v, white)); });
}

template <class T>
void complement(RawPlane& raw) {
  change_all<T>(raw, [](T v) { return static_cast<T>(~v); });
}

}  // namespace

void take_off_offset(RawPlane& raw) {
  if (raw.type == PixelType::i8) take_off<std::int8_t>(raw, PixelType::u8);
  if (raw.type == PixelType::i16) take_off<std::int16_t>(raw, PixelType::u16);
  if (raw.type == PixelType::i32) take_off<std::int32_t>(raw, PixelType::u32);
}

void invert(RawPlane& raw) {
  switch (raw.type) {
    case PixelType::u8:
      return subtract_from<std::uint8_t>(raw);
    case PixelType::u16:
      return subtract_from<std::uint16_t>(raw);
    case PixelType::u32:
      return subtract_from<std::uint32_t>(raw);
    case PixelType::u64:
      return subtract_from<std::uint64_t>(raw);
    case PixelType::i8:
      return complement<std::int8_t>(raw);
    case PixelType::i16:
      return complement<std::int16_t>(raw);
    case PixelType::i32:
      return complement<std::int32_t>(raw);
    case PixelType::i64:
      return complement<std::int64_t>(raw);
    default:
      throw Error("a plane of floating-point numbers has no white from which to invert it");
  }
}

}  // namespace cytoscale::image
