// Products of large matrices, by the system's BLAS (OpenBLAS) and over threads. Each is computed in blocks of
// rows that do not depend on the number of threads, by one thread each: the same bits for any number.
#pragma once
#include <cstddef>

#include "profile/profile_table.hpp"

namespace cytoscale::profile {

using FloatMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// BLAS and LAPACK calls of this process take one thread each while it lives; as many as before then.
class OneThreadBlas {
 public:
  OneThreadBlas();
  ~OneThreadBlas();
  OneThreadBlas(const OneThreadBlas&) = delete;
  OneThreadBlas& operator=(const OneThreadBlas&) = delete;

 private:
  int before_;
};

// A·B.
Matrix product(const Matrix& a, const Matrix& b, int threads);
// AᵀA.
Matrix gram(const Matrix& a, int threads);
// out[i][j] = a's row i · b's row j, for `a_rows` rows of `columns` numbers from `a` on, on this thread. In
// float32: sums are in BLAS' order, and off by at most about columns·2⁻²⁴ of what rows of length 1 give.
void row_products(const float* a, std::size_t a_rows, const float* b, std::size_t b_rows, std::size_t columns,
                  float* out);

}  // namespace cytoscale::profile
