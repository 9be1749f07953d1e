#include "simulate/paint/noise_tile.hpp"

#include "core/random.hpp"

namespace cytoscale::simulate {
namespace {

// A periodic Gaussian along one direction.
void smooth(std::vector<float>& values, unsigned side, unsigned step_y, unsigned step_x, float sigma) {
  const int reach = static_cast<int>(std::ceil(3 * sigma));
  std::vector<float> kernel;
  for (int k = -reach; k <= reach; ++k)
    kernel.push_back(std::exp(-0.5f * static_cast<float>(k * k) / (sigma * sigma)));
  std::vector<float> result(values.size());
  for (unsigned y = 0; y < side; ++y)
    for (unsigned x = 0; x < side; ++x) {
      float sum = 0;
      for (int k = -reach; k <= reach; ++k) {
        const unsigned yy = (y + side + static_cast<unsigned>(k) * step_y) & (side - 1);
        const unsigned xx = (x + side + static_cast<unsigned>(k) * step_x) & (side - 1);
        sum += kernel[static_cast<std::size_t>(k + reach)] * values[yy * side + xx];
      }
      result[y * side + x] = sum;
    }
  values = result;
}

}  // namespace

NoiseTile::NoiseTile(std::uint64_t seed) : values_(side * side) {
  Random random(seed, {401});
  for (float& value : values_) value = static_cast<float>(random.normal());
  smooth(values_, side, 1, 0, texels_per_grain / 2);
  smooth(values_, side, 0, 1, texels_per_grain / 2);
  double sum = 0, squares = 0;
  for (float value : values_) sum += value, squares += static_cast<double>(value) * value;
  const double mean = sum / (side * side), sd = std::sqrt(squares / (side * side) - mean * mean);
  for (float& value : values_) value = static_cast<float>((value - mean) / sd);
}

}  // namespace cytoscale::simulate
