#include "network/spec/resampling.hpp"

#include <algorithm>
#include <cmath>

namespace cytoscale::network {
namespace {

double keys(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

}  // namespace

std::vector<float> resampling_matrix(int from, int to) {
  std::vector<float> matrix(static_cast<std::size_t>(from) * static_cast<std::size_t>(to), 0.F);
  const double step = static_cast<double>(from) / to, spread = std::max(1.0, step), reach = 2 * spread;
  for (int i = 0; i < to; ++i) {
    const double center = step * (i + 0.5);
    const int first = std::max(0, static_cast<int>(center - reach + 0.5)),
              end = std::min(from, static_cast<int>(center + reach + 0.5));
    std::vector<double> weights;
    double sum = 0;
    for (int j = first; j < end; ++j) {
      weights.push_back(keys((j - center + 0.5) / spread));
      sum += weights.back();
    }
    for (int j = first; j < end; ++j)
      matrix[static_cast<std::size_t>(i * from + j)] =
          static_cast<float>(weights[static_cast<std::size_t>(j - first)] / sum);
  }
  return matrix;
}

}  // namespace cytoscale::network
