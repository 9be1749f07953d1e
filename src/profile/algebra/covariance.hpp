// Symmetric matrices as whitening and CORAL need them.
#pragma once
#include <cstddef>
#include <vector>

#include "profile/profile_table.hpp"

namespace cytoscale::profile {

// ZᵀZ/n over the given rows: uncentered, divisor n (docs/method.md, "Profiles").
Matrix uncentered_covariance(const Matrix& z, const std::vector<std::size_t>& rows, int threads = 1);

struct SymmetricEigen {
  Eigen::VectorXd values;  // ascending; negatives from rounding set to 0
  Matrix vectors;  // one per column; each has its largest component positive, so that signs are settled
};
SymmetricEigen symmetric_eigen(const Matrix& symmetric);

// (C + shift·I)^exponent. Throws Error where that does not exist (a zero eigenvalue, shift 0, negative
// exponent).
Matrix shifted_power(const SymmetricEigen& eigen, double shift, double exponent, int threads = 1);
// (Λ + shift·I)^exponent as a vector, with the same errors.
Eigen::VectorXd shifted_power_of_values(const Eigen::VectorXd& values, double shift, double exponent);

}  // namespace cytoscale::profile
