#include "evaluate/matching/cosine.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/system/stop_request.hpp"

namespace cytoscale::evaluate {
namespace {

constexpr std::size_t block_queries = 64, block_rows = 4096;  // similarities of 1 MB: a thread's cache

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
  rough_ = unit_.cast<float>();
}

double CosineIndex::similarity(std::size_t a, std::size_t b) const {
  return dot(unit_.row(static_cast<Eigen::Index>(a)).data(), unit_.row(static_cast<Eigen::Index>(b)).data(),
             unit_.cols());
}

// Rounding the two rows, and at most as many additions as there are columns, of products whose sizes add up
// to at most 1.
double CosineIndex::slack() const {
  return static_cast<double>(unit_.cols() + 8) * static_cast<double>(std::numeric_limits<float>::epsilon());
}

profile::FloatMatrix CosineIndex::rough_rows(std::span<const std::size_t> rows) const {
  profile::FloatMatrix chosen(static_cast<Eigen::Index>(rows.size()), rough_.cols());
  for (std::size_t i = 0; i < rows.size(); ++i)
    chosen.row(static_cast<Eigen::Index>(i)) = rough_.row(static_cast<Eigen::Index>(rows[i]));
  return chosen;
}

void CosineIndex::rough_similarities(std::span<const std::size_t> queries,
                                     const Eigen::Ref<const profile::FloatMatrix>& rows,
                                     profile::FloatMatrix& similarities) const {
  const auto block = rough_rows(queries);
  similarities.resize(block.rows(), rows.rows());
  profile::row_products(block.data(), queries.size(), rows.data(), static_cast<std::size_t>(rows.rows()),
                        static_cast<std::size_t>(rows.cols()), similarities.data());
}

std::vector<std::optional<Neighbor>> CosineIndex::nearest(const std::vector<std::size_t>& queries,
                                                          const Admissible& admissible,
                                                          const mpi::Crew& crew) const {
  const profile::OneThreadBlas alone;
  const auto columns = static_cast<std::size_t>(rough_.cols());
  const double near = slack();
  return crew.map<std::optional<Neighbor>>(
      queries.size(), block_queries,
      [&](std::size_t first, std::size_t last, std::optional<Neighbor>* results, int) {
        heed_stop_request();
        const auto block = rough_rows(std::span(queries).subspan(first, last - first));
        std::vector<float> product((last - first) * block_rows);
        for (std::size_t start = 0; start < size(); start += block_rows) {
          const auto count = std::min(block_rows, size() - start);
          profile::row_products(block.data(), last - first, rough_.data() + start * columns, count, columns,
                                product.data());
          for (std::size_t i = 0; i < last - first; ++i) {
            const auto query = queries[first + i];
            if (!has_direction(query)) continue;
            const float* rough = product.data() + i * count;
            auto& best = results[i];
            for (std::size_t j = 0; j < count; ++j) {
              const auto row = start + j;
              if (best && rough[j] < best->similarity - near) continue;
              if (row == query || !has_direction(row) || !admissible(query, row)) continue;
              const double here = similarity(query, row);
              if (!best || here > best->similarity) best = Neighbor{row, here};
            }
          }
        }
      });
}

}  // namespace cytoscale::evaluate
