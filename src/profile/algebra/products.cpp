#include "profile/algebra/products.hpp"

#include <cblas.h>

#include <algorithm>
#include <functional>

#include "mpi/crew.hpp"

// Of OpenBLAS; another BLAS has no such threads.
extern "C" {
void openblas_set_num_threads(int) __attribute__((weak));
int openblas_get_num_threads() __attribute__((weak));
}

namespace cytoscale::profile {
namespace {

constexpr std::size_t block_rows = 256;

// Blocks of `rows` rows, each by one thread.
void each_block(Eigen::Index rows, int threads,
                const std::function<void(Eigen::Index first, Eigen::Index count)>& work) {
  const OneThreadBlas alone;
  mpi::Crew(threads).here(static_cast<std::size_t>(rows), block_rows,
                          [&](std::size_t first, std::size_t last, int) {
                            work(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(last - first));
                          });
}

int count_of(Eigen::Index n) {
  return static_cast<int>(n);
}

}  // namespace

OneThreadBlas::OneThreadBlas() : before_(openblas_get_num_threads ? openblas_get_num_threads() : 1) {
  if (before_ != 1 && openblas_set_num_threads) openblas_set_num_threads(1);
}
OneThreadBlas::~OneThreadBlas() {
  if (before_ != 1 && openblas_set_num_threads) openblas_set_num_threads(before_);
}

Matrix product(const Matrix& a, const Matrix& b, int threads) {
  Matrix result = Matrix::Zero(a.rows(), b.cols());
  if (a.cols() == 0 || b.cols() == 0) return result;
  each_block(a.rows(), threads, [&](Eigen::Index first, Eigen::Index count) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, count_of(count), count_of(b.cols()),
                count_of(a.cols()), 1, a.row(first).data(), count_of(a.cols()), b.data(), count_of(b.cols()),
                0, result.row(first).data(), count_of(b.cols()));
  });
  return result;
}

Matrix gram(const Matrix& a, int threads) {
  const auto n = a.cols();
  Matrix result = Matrix::Zero(n, n);
  if (a.rows() == 0) return result;
  // Rows first … first+count-1 up to the diagonal, then mirrored.
  each_block(n, threads, [&](Eigen::Index first, Eigen::Index count) {
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, count_of(count), count_of(first + count),
                count_of(a.rows()), 1, a.data() + first, count_of(n), a.data(), count_of(n), 0,
                result.row(first).data(), count_of(n));
  });
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = i + 1; j < n; ++j) result(i, j) = result(j, i);
  return result;
}

void row_products(const float* a, std::size_t a_rows, const float* b, std::size_t b_rows, std::size_t columns,
                  float* out) {
  if (columns == 0) {
    std::fill_n(out, a_rows * b_rows, 0.0f);
    return;
  }
  const auto n = static_cast<int>(b_rows), k = static_cast<int>(columns);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(a_rows), n, k, 1, a, k, b, k, 0, out,
              n);
}

}  // namespace cytoscale::profile
