#include "profile/whitening.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "profile/covariance.hpp"
#include "profile/groups.hpp"

namespace cytoscale::profile {
namespace {

struct RightSingular {
  Eigen::VectorXd values;   // falling, min(n, d)
  Eigen::MatrixXd vectors;  // [d][d]; those beyond min(n, d) complete the basis
};

RightSingular right_singular(const Eigen::MatrixXd& x) {
  // Many rows: R of X = QR has the same S and V and is as small as V.
  Eigen::MatrixXd small = x;
  if (x.rows() > x.cols()) {
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(x);
    small = qr.matrixQR().topRows(x.cols()).triangularView<Eigen::Upper>();
  }
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(small, Eigen::ComputeThinU | Eigen::ComputeThinV);
  RightSingular result{svd.singularValues(), svd.matrixV()};
  if (result.vectors.cols() < x.cols()) {
    const auto known = result.vectors.cols();
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(result.vectors);
    const Eigen::MatrixXd basis = qr.householderQ() * Eigen::MatrixXd::Identity(x.cols(), x.cols());
    result.vectors.conservativeResize(Eigen::NoChange, x.cols());
    result.vectors.rightCols(x.cols() - known) = basis.rightCols(x.cols() - known);
  }
  return result;
}

// numpy.linalg.matrix_rank's tolerance.
Eigen::Index rank_of(const Eigen::VectorXd& singular, Eigen::Index rows, Eigen::Index columns) {
  if (singular.size() == 0) return 0;
  const double tiny =
      singular(0) * static_cast<double>(std::max(rows, columns)) * std::numeric_limits<double>::epsilon();
  return (singular.array() > tiny).count();
}

}  // namespace

void whiten(ProfileTable& profiles, const std::vector<char>& control, double lambda) {
  const auto eigen = symmetric_eigen(uncentered_covariance(profiles.values, marked_rows(control)));
  const Matrix rotated = profiles.values * eigen.vectors;
  profiles.values = rotated * shifted_power_of_values(eigen.values, lambda, -0.5).asDiagonal();
  rename_features(profiles, "whitened_");
}

void sphere(ProfileTable& profiles, const std::vector<char>& control, Sphering kind, double epsilon,
            std::size_t groups, const std::string& where) {
  const Eigen::MatrixXd x = profiles.values(marked_rows(control), Eigen::all);
  const auto n = x.rows(), d = x.cols();
  auto svd = right_singular(x);
  const auto rank = rank_of(svd.values, n, d);
  if (rank == 0 || (rank != d && rank != n - static_cast<Eigen::Index>(groups))) {
    throw Error("sphering needs controls of full rank: the " + std::to_string(d) + " features of " +
                    std::to_string(n) + " control wells have rank " + std::to_string(rank),
                where, "Drop features that depend on others with --select-features correlation, or whiten");
  }
  Eigen::VectorXd spread = Eigen::VectorXd::Constant(d, svd.values(rank - 1));
  spread.head(rank) = svd.values.head(rank);
  settle_signs(svd.vectors);
  const Eigen::VectorXd scale = std::sqrt(static_cast<double>(n - 1)) / (spread.array() + epsilon);
  const Matrix rotated = profiles.values * svd.vectors;
  profiles.values = rotated * scale.asDiagonal();
  if (kind == Sphering::zca) {
    const Matrix back = profiles.values * svd.vectors.transpose();
    profiles.values = back;
  } else {
    rename_features(profiles, "sphered_");
  }
}

}  // namespace cytoscale::profile
