#include "profile/algebra/covariance.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "profile/algebra/decompositions.hpp"
#include "profile/algebra/products.hpp"

namespace cytoscale::profile {

Matrix uncentered_covariance(const Matrix& z, const std::vector<std::size_t>& rows, int threads) {
  return gram(z(rows, Eigen::all), threads) / static_cast<double>(std::max<std::size_t>(rows.size(), 1));
}

SymmetricEigen symmetric_eigen(const Matrix& symmetric) {
  const auto pairs = symmetric_eigenpairs(symmetric);
  SymmetricEigen eigen{pairs.values.cwiseMax(0.0), pairs.vectors};
  settle_signs(eigen.vectors);
  return eigen;
}

Eigen::VectorXd shifted_power_of_values(const Eigen::VectorXd& values, double shift, double exponent) {
  const Eigen::ArrayXd shifted = values.array() + shift;
  const double tiny = 1e-12 * std::max(1.0, values.size() ? values.maxCoeff() : 0.0);
  if (exponent < 0 && shifted.size() && shifted.minCoeff() <= tiny) {
    throw Error(
        "whitening has directions without variance: there are fewer control wells than features, and lambda "
        "is 0",
        "", "Set --lambda above 0 (1 is usual)");
  }
  return shifted.pow(exponent);
}

Matrix shifted_power(const SymmetricEigen& eigen, double shift, double exponent, int threads) {
  const Eigen::VectorXd power = shifted_power_of_values(eigen.values, shift, exponent);
  return product(eigen.vectors * power.asDiagonal(), eigen.vectors.transpose(), threads);
}

}  // namespace cytoscale::profile
