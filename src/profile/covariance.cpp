#include "profile/covariance.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace cytoscale::profile {

Matrix uncentered_covariance(const Matrix& z, const std::vector<std::size_t>& rows) {
  const Matrix chosen = z(rows, Eigen::all);
  Matrix product = Matrix::Zero(z.cols(), z.cols());
  product.noalias() += chosen.transpose() * chosen;
  return product / static_cast<double>(std::max<std::size_t>(rows.size(), 1));
}

SymmetricEigen symmetric_eigen(const Matrix& symmetric) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(symmetric);
  if (solver.info() != Eigen::Success) throw Error("the covariance of the control wells has no eigenvectors");
  SymmetricEigen eigen{solver.eigenvalues().cwiseMax(0.0), solver.eigenvectors()};
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

Matrix shifted_power(const SymmetricEigen& eigen, double shift, double exponent) {
  const Eigen::VectorXd power = shifted_power_of_values(eigen.values, shift, exponent);
  return eigen.vectors * power.asDiagonal() * eigen.vectors.transpose();
}

}  // namespace cytoscale::profile
