#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/error.hpp"
#include "image/io/raw_plane.hpp"

namespace cytoscale::image {
namespace {

// IEEE 754 binary16 to float, exact.
float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t(half & 0x8000u) << 16;
  const std::uint32_t exponent = half >> 10 & 0x1fu;
  const std::uint32_t fraction = half & 0x3ffu;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | fraction << 13);
  if (exponent == 0) {
    const float value = std::ldexp(float(fraction), -24);
    return sign ? -value : value;
  }
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

float finite(double value) {
  constexpr double limit = std::numeric_limits<float>::max();
  return std::isfinite(value) && std::abs(value) <= limit ? static_cast<float>(value) : 0.0f;
}

template <class T>
void convert(const RawPlane& raw, std::span<float> pixels) {
  const std::byte* source = raw.bytes.data();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    T value;
    std::memcpy(&value, source + i * sizeof(T), sizeof(T));
    if constexpr (std::is_floating_point_v<T>) {
      pixels[i] = finite(value);
    } else {
      pixels[i] = static_cast<float>(value);
    }
  }
}

template <class T>
void keep_larger_of(RawPlane& raw, const RawPlane& other) {
  for (std::size_t at = 0; at + sizeof(T) <= raw.bytes.size(); at += sizeof(T)) {
    T mine, theirs;
    std::memcpy(&mine, raw.bytes.data() + at, sizeof(T));
    std::memcpy(&theirs, other.bytes.data() + at, sizeof(T));
    bool larger = theirs > mine;
    if constexpr (std::is_floating_point_v<T>) larger = finite(theirs) > finite(mine);
    if (larger) std::memcpy(raw.bytes.data() + at, &theirs, sizeof(T));
  }
}

void keep_larger_half(RawPlane& raw, const RawPlane& other) {
  for (std::size_t at = 0; at + 2 <= raw.bytes.size(); at += 2) {
    std::uint16_t mine, theirs;
    std::memcpy(&mine, raw.bytes.data() + at, 2);
    std::memcpy(&theirs, other.bytes.data() + at, 2);
    if (finite(half_to_float(theirs)) > finite(half_to_float(mine)))
      std::memcpy(raw.bytes.data() + at, &theirs, 2);
  }
}

void convert_half(const RawPlane& raw, std::span<float> pixels) {
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    std::uint16_t value;
    std::memcpy(&value, raw.bytes.data() + 2 * i, 2);
    pixels[i] = finite(half_to_float(value));
  }
}

}  // namespace

std::string_view name_of(PixelType type) {
  switch (type) {
    case PixelType::u8:
      return "uint8";
    case PixelType::i8:
      return "int8";
    case PixelType::u16:
      return "uint16";
    case PixelType::i16:
      return "int16";
    case PixelType::u32:
      return "uint32";
    case PixelType::i32:
      return "int32";
    case PixelType::u64:
      return "uint64";
    case PixelType::i64:
      return "int64";
    case PixelType::f16:
      return "float16";
    case PixelType::f32:
      return "float32";
    case PixelType::f64:
      return "float64";
  }
  return "unknown";
}

std::size_t size_of(PixelType type) {
  switch (type) {
    case PixelType::u8:
    case PixelType::i8:
      return 1;
    case PixelType::u16:
    case PixelType::i16:
    case PixelType::f16:
      return 2;
    case PixelType::u32:
    case PixelType::i32:
    case PixelType::f32:
      return 4;
    case PixelType::u64:
    case PixelType::i64:
    case PixelType::f64:
      return 8;
  }
  return 1;
}

Plane to_float(const RawPlane& raw) {
  Plane plane(raw.height, raw.width);
  to_float(raw, plane.pixels);
  return plane;
}

void to_float(const RawPlane& raw, std::span<float> pixels) {
  if (raw.bytes.size() != pixels.size() * size_of(raw.type)) {
    throw Error("a raw plane holds another number of bytes than its size and type need");
  }
  switch (raw.type) {
    case PixelType::u8:
      convert<std::uint8_t>(raw, pixels);
      break;
    case PixelType::i8:
      convert<std::int8_t>(raw, pixels);
      break;
    case PixelType::u16:
      convert<std::uint16_t>(raw, pixels);
      break;
    case PixelType::i16:
      convert<std::int16_t>(raw, pixels);
      break;
    case PixelType::u32:
      convert<std::uint32_t>(raw, pixels);
      break;
    case PixelType::i32:
      convert<std::int32_t>(raw, pixels);
      break;
    case PixelType::u64:
      convert<std::uint64_t>(raw, pixels);
      break;
    case PixelType::i64:
      convert<std::int64_t>(raw, pixels);
      break;
    case PixelType::f16:
      convert_half(raw, pixels);
      break;
    case PixelType::f32:
      convert<float>(raw, pixels);
      break;
    case PixelType::f64:
      convert<double>(raw, pixels);
      break;
  }
}

bool is_signed_integer(PixelType type) {
  return type == PixelType::i8 || type == PixelType::i16 || type == PixelType::i32 || type == PixelType::i64;
}

bool is_floating(PixelType type) {
  return type == PixelType::f16 || type == PixelType::f32 || type == PixelType::f64;
}

void keep_larger(RawPlane& raw, const RawPlane& other) {
  if (raw.type != other.type || raw.height != other.height || raw.width != other.width)
    throw Error("the planes that are put together differ in size or type");
  switch (raw.type) {
    case PixelType::u8:
      return keep_larger_of<std::uint8_t>(raw, other);
    case PixelType::i8:
      return keep_larger_of<std::int8_t>(raw, other);
    case PixelType::u16:
      return keep_larger_of<std::uint16_t>(raw, other);
    case PixelType::i16:
      return keep_larger_of<std::int16_t>(raw, other);
    case PixelType::u32:
      return keep_larger_of<std::uint32_t>(raw, other);
    case PixelType::i32:
      return keep_larger_of<std::int32_t>(raw, other);
    case PixelType::u64:
      return keep_larger_of<std::uint64_t>(raw, other);
    case PixelType::i64:
      return keep_larger_of<std::int64_t>(raw, other);
    case PixelType::f16:
      return keep_larger_half(raw, other);
    case PixelType::f32:
      return keep_larger_of<float>(raw, other);
    case PixelType::f64:
      return keep_larger_of<double>(raw, other);
  }
}

float white_level(const RawPlane& raw) {
  if (raw.ceiling > 0 && !is_floating(raw.type)) return raw.ceiling;
  switch (raw.type) {
    case PixelType::f16:
    case PixelType::f32:
    case PixelType::f64:
      return std::numeric_limits<float>::infinity();
    case PixelType::i8:
    case PixelType::i16:
    case PixelType::i32:
    case PixelType::i64:
      return static_cast<float>(std::ldexp(1.0, raw.bits - 1) - 1);
    default:
      return static_cast<float>(std::ldexp(1.0, raw.bits) - 1);
  }
}

}  // namespace cytoscale::image
