// Eigenvectors and singular vectors of large matrices, by the system's LAPACK on one thread, whatever the
// number of threads elsewhere: the same bits.
#pragma once
#include "profile/profile_table.hpp"

namespace cytoscale::profile {

struct Eigenpairs {
  Eigen::VectorXd values;   // rising
  Eigen::MatrixXd vectors;  // one per column
};
// Of a symmetric matrix, of which the lower triangle is read. Throws Error: it has numbers that are not
// finite, or more rows than LAPACK's counts of 32 bits allow (32,765).
Eigenpairs symmetric_eigenpairs(const Matrix& symmetric);

struct RightSingular {
  Eigen::VectorXd values;   // falling, min(n, d)
  Eigen::MatrixXd vectors;  // [d][d]; those beyond min(n, d) complete the basis
};
// Of X [n][d]. Throws Error as above.
RightSingular right_singular(const Matrix& x);

// Turns each column so that its component of largest size is positive.
template <typename Columns>
void settle_signs(Columns& vectors) {
  for (Eigen::Index i = 0; i < vectors.cols(); ++i) {
    Eigen::Index largest = 0;
    vectors.col(i).cwiseAbs().maxCoeff(&largest);
    if (vectors(largest, i) < 0) vectors.col(i) *= -1;
  }
}

}  // namespace cytoscale::profile
