#include "evaluate/matching/cosine.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/system/stop_request.hpp"

namespace cytoscale::evaluate {
namespace {

// The matrix product is many times faster than single dot products, but its sums depend on where a row lies:
// it tells who comes near, the dot product who is nearest.
constexpr std::size_t block_rows = 64;
constexpr double slack = 1e-11;

// Eight running sums whatever the alignment: the same numbers always give the same result.
double dot(const double* a, const double* b, Eigen::Index n) {
  std::array<double, 8> sums{};
  Eigen::Index i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int k = 0; k < 8; ++k) sums[static_cast<std::size_t>(k)] += a[i + k] * b[i + k];
  }
  for (int k = 0; i < n; ++i, ++k) sums[static_cast<std::size_t>(k)] += a[i] * b[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

}  // namespace

CosineIndex::CosineIndex(const profile::Matrix& rows)
    : unit_(rows), directed_(static_cast<std::size_t>(rows.rows()), 0) {
  for (Eigen::Index row = 0; row < unit_.rows(); ++row) {
    // Scaled by the largest value first: squares of tiny or huge values would leave the range of double.
    const double largest = unit_.row(row).cwiseAbs().maxCoeff();
    if (!(largest > 0) || !unit_.row(row).allFinite()) {
      unit_.row(row).setZero();
      continue;
    }
    unit_.row(row) /= largest;
    const double* values = unit_.row(row).data();
    unit_.row(row) /= std::sqrt(dot(values, values, unit_.cols()));
    directed_[static_cast<std::size_t>(row)] = 1;
  }
}

double CosineIndex::similarity(std::size_t a, std::size_t b) const {
  return dot(unit_.row(static_cast<Eigen::Index>(a)).data(), unit_.row(static_cast<Eigen::Index>(b)).data(),
             unit_.cols());
}

std::vector<std::optional<Neighbor>> CosineIndex::nearest(const std::vector<std::size_t>& queries,
                                                          const Admissible& admissible) const {
  std::vector<std::optional<Neighbor>> result(queries.size());
  profile::Matrix block, product;
  for (std::size_t first = 0; first < queries.size(); first += block_rows) {
    heed_stop_request();
    const auto count = std::min(block_rows, queries.size() - first);
    block = unit_(std::vector<std::size_t>(queries.begin() + static_cast<std::ptrdiff_t>(first),
                                           queries.begin() + static_cast<std::ptrdiff_t>(first + count)),
                  Eigen::all);
    product.noalias() = block * unit_.transpose();
    for (std::size_t i = 0; i < count; ++i) {
      const auto query = queries[first + i];
      if (!has_direction(query)) continue;
      const double* rough = product.row(static_cast<Eigen::Index>(i)).data();
      auto& best = result[first + i];
      for (std::size_t row = 0; row < size(); ++row) {
        if (best && rough[row] < best->similarity - slack) continue;
        if (row == query || !has_direction(row) || !admissible(query, row)) continue;
        const double here = similarity(query, row);
        if (!best || here > best->similarity) best = Neighbor{row, here};
      }
    }
  }
  return result;
}

}  // namespace cytoscale::evaluate
