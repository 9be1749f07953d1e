// Number types that can be stored, and 16-bit floats (IEEE 754 binary16, as numpy's float16).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace cytoscale::hdf5 {

enum class Number { u8, i8, u16, i16, u32, i32, u64, i64, f16, f32, f64 };

struct Half {
  std::uint16_t bits;
};

// Round to nearest, ties to even; beyond 65504 infinity; NaN stays NaN.
Half to_half(float value);
float from_half(Half value);
void to_half(std::span<const float> from, std::span<Half> to);
void from_half(std::span<const Half> from, std::span<float> to);

template <typename T>
constexpr Number number_of() {
  if constexpr (std::is_same_v<T, Half>) {
    return Number::f16;
  } else if constexpr (std::is_same_v<T, float>) {
    return Number::f32;
  } else if constexpr (std::is_same_v<T, double>) {
    return Number::f64;
  } else {
    static_assert(std::is_integral_v<T> && !std::is_same_v<T, bool>, "not a type that can be stored");
    constexpr bool is_signed = std::is_signed_v<T>;
    if constexpr (sizeof(T) == 1) return is_signed ? Number::i8 : Number::u8;
    if constexpr (sizeof(T) == 2) return is_signed ? Number::i16 : Number::u16;
    if constexpr (sizeof(T) == 4) return is_signed ? Number::i32 : Number::u32;
    return is_signed ? Number::i64 : Number::u64;
  }
}

}  // namespace cytoscale::hdf5
