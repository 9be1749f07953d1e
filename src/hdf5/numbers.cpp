#include "hdf5/numbers.hpp"
#include "core/expect.hpp"

#include <bit>
#include <stdexcept>

namespace cytoscale::hdf5 {

Half to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  std::uint32_t half;
  if (magnitude > 0x7f800000u) {
    half = 0x7e00u;  // NaN
  } else if (magnitude >= 0x477ff000u) {
    half = 0x7c00u;  // rounds beyond 65504
  } else if (magnitude >= 0x38800000u) {
    half = (magnitude - 0x38000000u + 0x0fffu + ((magnitude >> 13) & 1u)) >> 13;
  } else {
    // Subnormal: adding 0.5 makes the float adder round at the right bit.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    half = std::bit_cast<std::uint32_t>(shifted) - 0x3f000000u;
  }
  return {static_cast<std::uint16_t>(sign | half)};
}

float from_half(Half value) {
  const std::uint32_t sign = static_cast<std::uint32_t>(value.bits & 0x8000u) << 16;
  const std::uint32_t magnitude = value.bits & 0x7fffu;
  if (magnitude >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13));
  if (magnitude >= 0x0400u) return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000u));
  const float small = static_cast<float>(magnitude) * 0x1p-24f;
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(small));
}

void to_half(std::span<const float> from, std::span<Half> to) {
  CYTO_EXPECT(from.size() == to.size());
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = to_half(from[i]);
}

void from_half(std::span<const Half> from, std::span<float> to) {
  CYTO_EXPECT(from.size() == to.size());
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = from_half(from[i]);
}

}  // namespace cytoscale::hdf5
