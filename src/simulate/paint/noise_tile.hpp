// Smooth noise to look up: a periodic square of zero mean and unit variance whose grains are one unit wide.
#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

namespace cytoscale::simulate {

class NoiseTile {
 public:
  explicit NoiseTile(std::uint64_t seed);
  // Bilinear; any coordinates, in grains (the distance at which the noise has mostly forgotten itself).
  float at(float y, float x) const {
    y *= texels_per_grain, x *= texels_per_grain;
    const float fy = std::floor(y), fx = std::floor(x);
    const float ty = y - fy, tx = x - fx;
    const auto iy = static_cast<unsigned>(static_cast<int>(fy)),
               ix = static_cast<unsigned>(static_cast<int>(fx));
    const float top = value(iy, ix) * (1 - tx) + value(iy, ix + 1) * tx;
    const float bottom = value(iy + 1, ix) * (1 - tx) + value(iy + 1, ix + 1) * tx;
    return top * (1 - ty) + bottom * ty;
  }

 private:
  static constexpr unsigned side = 256;
  static constexpr float texels_per_grain = 4;
  float value(unsigned y, unsigned x) const { return values_[(y & (side - 1)) * side + (x & (side - 1))]; }
  std::vector<float> values_;
};

}  // namespace cytoscale::simulate
